import { request, services } from "../api/client.ts";
import { ApiProblem, asProblem } from "../api/problem.ts";
import { begin } from "./session.ts";

/**
 * Asks all services whose key this is, and begins the session at the first that knows. Throws the refusal (401) when one
 * refuses, and a problem that says so when none can be asked.
 */
export async function signIn(key: string): Promise<void> {
  const asked = services.map(async (service) => {
    try {
      return (await request<{ caller: string; scopes: string[] }>(service, "GET", "/whoami", { key })).body;
    } catch (error) {
      // A key that is wrong is wrong everywhere; a service that is away says nothing of it.
      if (asProblem(error).status === 401) return "refused" as const;
      throw error;
    }
  });
  let known: Awaited<(typeof asked)[number]>;
  try {
    known = await Promise.any(asked);
  } catch (error) {
    const [first] = (error as AggregateError).errors;
    const { status, requestId } = asProblem(first);
    const detail =
      status === 429
        ? "Too many tries. Wait some seconds."
        : "No service can be asked about the key just now. Try again.";
    throw new ApiProblem({ code: "peer-unavailable", title: "Not checked", detail, request_id: requestId }, status);
  }
  if (known === "refused")
    throw new ApiProblem({ code: "unauthorized", title: "Not accepted", detail: "This key is not accepted." }, 401);
  begin({ key, ...known });
}

/** What a key can be: visible ASCII, as in an HTTP header. */
export const isKey = (text: string): boolean => /^[\x21-\x7e]{1,512}$/.test(text);
