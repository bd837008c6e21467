import { request, services } from "../api/client.ts";
import { ApiProblem, asProblem } from "../api/problem.ts";
import { begin } from "./session.ts";

/**
 * Asks all services whose key this is, and begins the session at the first that knows it: one that has not heard of a new
 * key yet may still refuse it. Throws the refusal (401) when none knows it and one refuses it, and a problem that says so
 * when none can be asked.
 */
export async function signIn(key: string): Promise<void> {
  const asked = services.map((service) =>
    request<{ caller: string; scopes: string[] }>(service, "GET", "/whoami", { key }),
  );
  try {
    const { body } = await Promise.any(asked);
    begin({ key, ...body });
  } catch (error) {
    throw whyNot((error as AggregateError).errors.map(asProblem));
  }
}

function whyNot(problems: readonly ApiProblem[]): ApiProblem {
  const [first] = problems;
  if (problems.some(({ status }) => status === 401))
    return new ApiProblem({ code: "unauthorized", title: "Not accepted", detail: "This key is not accepted." }, 401);
  const detail = problems.some(({ status }) => status === 429)
    ? "Too many tries. Wait some seconds."
    : "No service can be asked about the key just now. Try again.";
  return new ApiProblem({ code: "not-checked", title: "Not checked", detail, request_id: first?.requestId }, 503);
}

/** What a key can be: visible ASCII, as in an HTTP header. */
export const isKey = (text: string): boolean => /^[\x21-\x7e]{1,512}$/.test(text);
