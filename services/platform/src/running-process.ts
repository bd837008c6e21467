import type { Ports } from "./http/ports.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** What runs, with a database or without. */
export interface RunningProcess {
  readonly url: string;
  readonly port: number;
  readonly metricsPort: number | undefined;
  readonly metrics: Metrics;
  /**
   * Unready, drain, background work, peers, database last; one timer of `withinMs` guards all, by default longer than a
   * request may take. Once: a second call waits for the first, and its time is the first one's.
   */
  stop(withinMs?: number): Promise<void>;
}

/** What a stop may take beyond the longest request, for the work behind it. 8 s in all unless REQUEST_TIMEOUT_MS is set. */
const stopMarginMs = 3000;

/** `end(withinMs)` as a stop: once, and by default as long as a request may take and a little more. */
export function stopOnce(requestTimeoutMs: number, end: (withinMs: number) => Promise<void>): RunningProcess["stop"] {
  let stopping: Promise<void> | undefined;
  return (withinMs = requestTimeoutMs + stopMarginMs) => {
    stopping ??= end(withinMs);
    return stopping;
  };
}

/** Says that it is ready, and where. */
export function announceReady({ port, metricsPort }: Ports, version: string, log: Logger) {
  log.info({ port, version }, "ready");
  return { url: `http://127.0.0.1:${port}`, port, metricsPort };
}

/** Waits for the work within the time, in milliseconds; says so and calls `abandon` when it did not end. Rejects as it does. */
export async function endWithin(ms: number, work: Promise<unknown>, log: Logger, abandon: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(resolve, ms, true);
  });
  try {
    if (!(await Promise.race([work.then(() => false), late]))) return;
  } finally {
    clearTimeout(timer);
  }
  log.warn("the time to stop was up: requests or work behind them are abandoned");
  abandon();
}
