import type { Metrics } from "./metrics.ts";
import type { PeerUnavailable, UnavailableReason } from "./peer-failure.ts";
import type { RequestContext } from "./request-context.ts";

function levelOf(reason: UnavailableReason): "error" | "warn" | "debug" {
  // Our key being refused, or an answer that makes no sense, will not pass by itself.
  if (reason === "unauthorized" || reason === "garbage") return "error";
  // Calls that are not even made come in floods; the metric counts them.
  return reason === "breaker-open" || reason === "busy" ? "debug" : "warn";
}

/**
 * Counts and logs that work goes on without a peer's answer. `consequence` says what becomes of the work, `facts` which
 * it is.
 */
export function failOpen(
  metrics: Pick<Metrics, "failOpen">,
  context: Pick<RequestContext, "log">,
  { peer, operation, reason }: PeerUnavailable,
  consequence: string,
  facts: Readonly<Record<string, string>> = {},
): void {
  metrics.failOpen.labels(peer, operation).inc();
  context.log[levelOf(reason)]({ peer, operation, reason, ...facts }, `a peer gave no usable answer: ${consequence}`);
}
