import type { Metrics, PeerUnavailable, RequestContext } from "@shop/platform";

/** Counts and logs that work went on without a peer's answer. `consequence` says what became of the work. */
export function failOpen(metrics: Metrics, context: RequestContext, error: PeerUnavailable, consequence: string): void {
  const { peer, operation, reason } = error;
  metrics.failOpen.labels(peer, operation).inc();
  // Our key being refused, or an answer that makes no sense, will not pass by itself.
  const level = reason === "unauthorized" || reason === "garbage" ? "error" : "warn";
  context.log[level]({ peer, operation, reason }, `no answer from a peer: ${consequence}`);
}
