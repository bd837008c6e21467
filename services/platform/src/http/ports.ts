import type { RequestListener } from "node:http";
import type { ProcessConfig } from "../config.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { type Listening, listen } from "./listen.ts";
import { metricsApp } from "./metrics-endpoint.ts";

/** The ports of a process: that of its API and, where METRICS_PORT is set, that of its metrics. */
export interface Ports {
  readonly port: number;
  readonly metricsPort: number | undefined;
  /** Takes no new connections; resolves when the last request is answered. */
  close(): Promise<void>;
  /** Ends every connection, answered or not. */
  abandon(): void;
}

/** Listens on all of them or none. Rejects with the system's error, such as EADDRINUSE. */
export async function openPorts(
  handler: RequestListener,
  { HOST, PORT, METRICS_PORT }: ProcessConfig,
  metrics: Metrics,
  log: Logger,
): Promise<Ports> {
  const api = await listen(handler, HOST, PORT);
  let own: Listening | undefined;
  try {
    own = METRICS_PORT === undefined ? undefined : await listen(metricsApp(metrics, log), HOST, METRICS_PORT);
  } catch (error) {
    await api.close();
    throw error;
  }
  const all = own ? [api, own] : [api];
  return {
    port: api.port,
    metricsPort: own?.port,
    async close() {
      await Promise.all(all.map((each) => each.close()));
    },
    abandon() {
      for (const each of all) each.abandon();
    },
  };
}
