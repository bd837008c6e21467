import { translateDriverError } from "../database/sqlite.ts";
import { Problem } from "../problem.ts";
import type { RequestContext } from "../request-context.ts";
import type { Answer } from "./route.ts";

export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Set when the cause is a fault of ours: to be logged, never sent. */
  readonly fault?: unknown;
}

/** What a client sees of an error (RFC 9457). Unknown errors become a bare 500: no message, no stack, no SQL. */
export function renderProblem(error: unknown, requestId: string): Rendered {
  const known = translateDriverError(error);
  const problem =
    known instanceof Problem
      ? known
      : new Problem(500, "internal", "Something went wrong on our side. Quote the request_id.");
  return {
    status: problem.status,
    headers: { ...problem.headers, ...(problem.status === 413 ? { Connection: "close" } : {}) },
    body: {
      ...problem.members,
      type: `urn:shop:problem:${problem.code}`,
      title: titleOf(problem.code),
      status: problem.status,
      detail: problem.message,
      code: problem.code,
      request_id: requestId,
    },
    ...(problem === error ? {} : { fault: error }),
  };
}

/** A problem as an answer, for a refusal that is kept like one. */
export function problemAnswer(error: unknown, { requestId }: Pick<RequestContext, "requestId">): Answer {
  const { status, headers, body } = renderProblem(error, requestId);
  return { status, headers: { ...headers, "Content-Type": "application/problem+json" }, body };
}

const titleOf = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1).replaceAll("-", " ");
