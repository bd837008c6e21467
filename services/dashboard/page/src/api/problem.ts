/** A refusal of the API (RFC 9457), or no answer at all (`unreachable`, status 0). */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly requestId: string | undefined;
  /** Faults of the input; `pointer` such as `/body/price`. */
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  /** What the code adds, such as `prices` or `available`. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Seconds after which another try makes sense. */
  readonly retryAfterS: number | undefined;

  constructor(body: Readonly<Record<string, unknown>>, status: number, retryAfterS?: number) {
    super(String(body.detail ?? "Something went wrong."));
    this.code = String(body.code ?? "internal");
    this.status = status;
    this.title = String(body.title ?? "Error");
    this.requestId = typeof body.request_id === "string" ? body.request_id : undefined;
    this.errors = Array.isArray(body.errors) ? body.errors : [];
    this.members = body;
    this.retryAfterS = retryAfterS;
  }

  /** Whether nobody knows if the request was carried out. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500 || this.code === "idempotency-in-flight";
  }

  /**
   * Whether it was told before the request's key was looked at: it refuses this request, and says nothing of an earlier
   * one under the same key.
   */
  get isBeforeTheKey(): boolean {
    return toldBeforeTheKey.has(this.status) || this.code === "idempotency-key-reused";
  }

  /** Whether it passes by itself: nobody was reached, or too much was asked. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 503;
  }

  /** The service that gave no answer, when that was it. */
  get awayService(): string | undefined {
    return this.code === "peer-unavailable" && typeof this.members.peer === "string" ? this.members.peer : undefined;
  }
}

const toldBeforeTheKey = new Set([401, 403, 408, 429]);

export const unreachable = (detail = "The dashboard cannot be reached. Is the connection up?"): ApiProblem =>
  new ApiProblem({ code: "unreachable", title: "No answer", detail }, 0);

/** Anything thrown, as a problem that can be shown. */
export const asProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem
    ? error
    : new ApiProblem({ code: "page-fault", title: "A fault of this page", detail: String(error) }, 0);
