import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const latency = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics every service has. A registry per service, so that several can live in one process (tests). */
export function createMetrics(service: string, version: string) {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: "build_info",
    help: "Always 1; the labels tell what runs",
    labelNames: ["service", "version"],
    registers,
  })
    .labels(service, version)
    .set(1);
  return {
    registry,
    /** The process's own figures (memory, CPU, event loop). Once a process, so `run()` asks for them. */
    collectProcess: () => collectDefaultMetrics({ register: registry }),
    httpDuration: new Histogram({
      name: "http_request_duration_seconds",
      help: "Time from a request's arrival to the end of its answer",
      labelNames: ["method", "route", "status"] as const,
      buckets: latency,
      registers,
    }),
    httpInFlight: new Gauge({ name: "http_requests_in_flight", help: "Requests being answered", registers }),
    peerDuration: new Histogram({
      name: "peer_request_duration_seconds",
      help: "Time of a call to another service, its retries included",
      labelNames: ["peer", "operation", "outcome"] as const,
      buckets: latency,
      registers,
    }),
    breakerState: new Gauge({
      name: "peer_breaker_state",
      help: "0 closed, 1 half-open, 2 open",
      labelNames: ["peer"] as const,
      registers,
    }),
    failOpen: new Counter({
      name: "peer_fail_open_total",
      help: "Times a request was served without the peer's answer",
      labelNames: ["peer", "operation"] as const,
      registers,
    }),
    reconcilerMended: new Counter({
      name: "reconciler_mended_total",
      help: "Things that a sweep found undone and mended",
      labelNames: ["kind"] as const,
      registers,
    }),
    queueDepth: new Gauge({ name: "database_queue_depth", help: "Units of work waiting for the writer", registers }),
    batchSize: new Histogram({
      name: "database_batch_size",
      help: "Units of work that shared one transaction",
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers,
    }),
    commitDuration: new Histogram({
      name: "database_commit_duration_seconds",
      help: "Time of COMMIT, durable",
      buckets: latency,
      registers,
    }),
  };
}

export { Counter, Gauge, Histogram };
