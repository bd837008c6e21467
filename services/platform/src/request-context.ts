import { randomUUID } from "node:crypto";
import type { Claim } from "./idempotency/claim.ts";
import type { Logger } from "./log.ts";

/** What a piece of work carries with it: who asked, under which id, and until when. Passed on by hand, never ambient. */
export interface RequestContext {
  readonly requestId: string;
  readonly traceparent: string | undefined;
  /** When the caller stops waiting, in milliseconds on the clock of `performance.now()`. */
  readonly deadline: number;
  readonly caller: string;
  readonly log: Logger;
  /** What the request's Idempotency-Key gave it; a copy of the context, made for other work, does not have it. */
  readonly claim?: Claim;
}

/** Milliseconds until the deadline; at most 0 when it has passed. */
export const remaining = (context: Pick<RequestContext, "deadline">): number => context.deadline - performance.now();

/**
 * When to give up on a peer, a little before the deadline (both on the clock of `performance.now()`): what is kept back,
 * a fifth of what is left and at most 150 ms, is for going on without it and still answering in time.
 */
export function giveUpAt(deadline: number): number {
  const now = performance.now();
  const left = Math.max(0, deadline - now);
  return now + left - Math.min(150, left * 0.2);
}

/** A context for work that no request asked for: a sweep, a relay, a test. */
export function backgroundContext(log: Logger, timeoutMs: number, caller = "background"): RequestContext {
  return {
    requestId: randomUUID(),
    traceparent: undefined,
    deadline: performance.now() + timeoutMs,
    caller,
    log,
  };
}
