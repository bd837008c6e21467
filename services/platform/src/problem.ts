/**
 * The one error type that reaches a client (RFC 9457). Anything else that is thrown is masked as a 500.
 * `members` are added to the body beside the standard ones, for instance `available` or `shortages`.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    members: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.members = members;
    this.headers = headers;
  }
}

/** 404 for a resource that is not there, or whose id cannot exist. */
export const notFound = (what: string): Problem => new Problem(404, "not-found", `There is no such ${what}.`);

/** 422 with one entry for each fault; `pointer` is a JSON pointer, or the parameter's name behind a `#`-less slash. */
export const invalidRequest = (errors: { pointer: string; detail: string }[]): Problem =>
  new Problem(422, "invalid-request", errors.map((error) => error.detail).join("; "), { errors });

/** 503 when a bounded queue is full or the deadline passed before the work began: nothing was done. */
export const overloaded = (detail = "Too much is waiting already. Try again shortly."): Problem =>
  new Problem(503, "overloaded", detail, {}, { "Retry-After": "1" });

/** 503 when the store cannot take or answer anything now. `outcome: "unknown"` only after a failed COMMIT. */
export const databaseUnavailable = (outcome: "none" | "unknown" = "none"): Problem =>
  new Problem(
    503,
    "database-unavailable",
    outcome === "none"
      ? "The database cannot be used now; nothing was changed."
      : "The database failed while committing; look whether the change took place before repeating it.",
    { outcome },
    { "Retry-After": "2" },
  );
