export type UnavailableReason =
  | "refused" // nothing listens, or its name is unknown
  | "timeout" // no answer within the time there was
  | "failing" // it said so (5xx) or broke the connection
  | "garbage" // an answer that it should never give
  | "unauthorized" // it does not accept our key: our fault
  | "breaker-open" // it failed lately and was not asked
  | "busy"; // too many calls to it wait already; it was not asked

/** Why an exchange brought no usable answer, and whether it may be repeated. */
export interface PeerFailure {
  readonly reason: UnavailableReason;
  /** A status or an error code: safe to log, says nothing that came from outside. */
  readonly detail: string;
  readonly repeat: "idempotent-call" | "with-another-key" | "never";
  readonly retryAfterS?: number | undefined;
  /** False when the peer certainly saw nothing of the call, in none of its repetitions. */
  readonly sent?: boolean;
}

export const isFailure = (outcome: object): outcome is PeerFailure => "reason" in outcome;

/**
 * A peer gave no usable answer. `retryAfterS`: in how many seconds asking again makes sense, when that is known.
 * `sent`: whether the peer may have done what was asked; false only when the call certainly did not reach it.
 */
export class PeerUnavailable extends Error {
  override readonly name = "PeerUnavailable";
  readonly peer: string;
  readonly operation: string;
  readonly reason: UnavailableReason;
  readonly retryAfterS: number | undefined;
  readonly sent: boolean;

  constructor(
    peer: string,
    operation: string,
    failure: Pick<PeerFailure, "reason" | "detail" | "retryAfterS" | "sent">,
  ) {
    super(`${peer} is unavailable for ${operation}: ${failure.reason} (${failure.detail})`);
    this.peer = peer;
    this.operation = operation;
    this.reason = failure.reason;
    this.retryAfterS = failure.retryAfterS;
    this.sent = failure.sent ?? true;
  }
}
