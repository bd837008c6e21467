import { type BreakerState, createBreaker } from "./breaker.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { PeerAnswer } from "./peer-answer.ts";
import { createAttempts, type PeerCall, worthwhileMs } from "./peer-attempts.ts";
import { isFailure, type PeerFailure, PeerUnavailable } from "./peer-failure.ts";
import { createSharing } from "./peer-sharing.ts";
import { createSlots } from "./peer-slots.ts";
import { createTransport } from "./peer-transport.ts";
import { giveUpAt, type RequestContext, remaining } from "./request-context.ts";

export type { PeerAnswer } from "./peer-answer.ts";
export type { PeerCall } from "./peer-attempts.ts";
export { PeerUnavailable, type UnavailableReason } from "./peer-failure.ts";
export { loadHttpClient } from "./peer-transport.ts";

export interface Peer {
  readonly name: string;
  /**
   * Answers with an expected status or with another 4xx that is a problem document; everything else is PeerUnavailable,
   * and comes a little before the context's deadline. A path that is not an encoded one is a TypeError: a bug.
   */
  call(context: RequestContext, call: PeerCall): Promise<PeerAnswer>;
  state(): BreakerState;
  /** Told when a call succeeds after others did not, and so when the breaker closes. A listener must not throw. */
  onRecovered(listener: () => void): void;
  /** Ends all connections; for when nothing calls any more. */
  close(): void;
}

export interface PeerOptions {
  readonly name: string;
  readonly url: string;
  /** Current first. After a 401 the first one that was not refused is tried, once. */
  readonly keys: () => readonly string[];
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "peerDuration" | "breakerState">;
  /** Default 64; up to 1,024 more wait, each within its deadline. */
  readonly maxInFlight?: number;
  /** Defaults: 5 in a row, 2,000 ms; time-outs of calls that were given less than `fairMs` (200) do not count. */
  readonly breaker?: { readonly failures?: number; readonly probeAfterMs?: number; readonly fairMs?: number };
}

const maxWaiting = 1024;
const maxAnswerBytes = 8 * 1024 * 1024;
const levels: Record<BreakerState, number> = { closed: 0, "half-open": 1, open: 2 };

/** A client for one other service: deadlines, one repetition, a breaker, a limit of calls in flight, shared GETs. */
export function createPeer(options: PeerOptions): Peer {
  const { name, log, metrics, maxInFlight = 64 } = options;
  const { failures = 5, probeAfterMs = 2000, fairMs = 200 } = options.breaker ?? {};
  const transport = createTransport({ maxSockets: maxInFlight, maxAnswerBytes });
  const attempts = createAttempts({ url: options.url, keys: options.keys, transport });
  const slots = createSlots({ max: maxInFlight, maxWaiting });
  const share = createSharing<PeerAnswer>({ worthwhileMs });
  const listeners: (() => void)[] = [];
  let troubled = false;

  metrics.breakerState.labels(name).set(levels.closed);
  const breaker = createBreaker({
    failures,
    probeAfterMs,
    now: () => performance.now(),
    onChange(state) {
      metrics.breakerState.labels(name).set(levels[state]);
      if (state === "open") slots.dismissWaiting();
      if (state !== "half-open") log.warn({ peer: name, breaker: state }, "a peer's breaker changed");
    },
  });

  /** One call with its repetitions, told to metrics, log and listeners. */
  async function perform(context: RequestContext, call: PeerCall, until: number): Promise<PeerAnswer> {
    const { operation } = call;
    const started = performance.now();
    const outcome = await admitted(context, call, until);
    const tookMs = performance.now() - started;
    const label = isFailure(outcome) ? outcome.reason : outcome.status < 400 ? "ok" : "client-error";
    metrics.peerDuration.labels(name, operation, label).observe(tookMs / 1000);
    if (!isFailure(outcome)) {
      tellRecovered();
      return outcome;
    }
    const { reason, detail } = outcome;
    const facts = { peer: name, operation, reason, detail, duration_ms: Math.round(tookMs) };
    if (reason === "unauthorized") context.log.error(facts, "a peer does not accept this service's key");
    // Calls that were not even tried come in floods; the metric counts them.
    else if (reason === "breaker-open" || reason === "busy") context.log.debug(facts, "a peer was not called");
    else context.log.warn(facts, "a call to a peer failed");
    throw new PeerUnavailable(name, operation, outcome);
  }

  function tellRecovered(): void {
    // Not closed: the answer is to a call from before the breaker opened, and others would still be refused.
    if (!troubled || breaker.state() !== "closed") return;
    troubled = false;
    for (const listener of listeners) listener();
  }

  /** Waits for the breaker's leave and a slot, and tells the breaker how it went. */
  async function admitted(context: RequestContext, call: PeerCall, until: number): Promise<PeerAnswer | PeerFailure> {
    if (breaker.retryInMs() > 0) return breakerOpen();
    const slot = await slots.take(until);
    if (slot === "dismissed") return breakerOpen();
    if (slot !== "taken") return { reason: "busy", detail: slot, repeat: "never", retryAfterS: 1, sent: false };
    const pass = breaker.enter();
    try {
      if (!pass) return breakerOpen();
      const fair = remaining(context) >= fairMs;
      const outcome = await attempts.run(context, call, until);
      if (!isFailure(outcome) || outcome.reason === "unauthorized") pass.succeeded();
      else if (outcome.reason !== "timeout" || fair) pass.failed();
      troubled ||= isFailure(outcome);
      return outcome;
    } finally {
      // Without a verdict so far, the next call is free to be the probe.
      pass?.undecided();
      slots.release();
    }
  }

  function breakerOpen(): PeerFailure {
    const retryAfterS = Math.max(1, Math.ceil(breaker.retryInMs() / 1000));
    return { reason: "breaker-open", detail: breaker.state(), repeat: "never", retryAfterS, sent: false };
  }

  return {
    name,
    async call(context, call) {
      const url = attempts.urlOf(call.path);
      const until = giveUpAt(context.deadline);
      const start = () => perform(context, call, until);
      if (call.method !== "GET") return start();
      const late = { reason: "timeout", detail: "shared-call" } as const;
      const key = `${call.operation} ${url} ${JSON.stringify(call.headers ?? {})}`;
      return share(key, until, start, () => new PeerUnavailable(name, call.operation, late));
    },
    state: breaker.state,
    onRecovered: (listener) => void listeners.push(listener),
    close: transport.close,
  };
}
