import joi from "joi";
import type { Database } from "../database/database.ts";
import type { Metrics } from "../metrics.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Peer } from "../peer.ts";
import type { About } from "./open-paths.ts";
import { ok, type Route, route } from "./route.ts";

interface Sources extends About {
  readonly metrics: Metrics;
  readonly database: Database;
  readonly peers: readonly Peer[];
  readonly outbox: Pick<Outbox, "stats"> | undefined;
  /** The service's own figures, such as orders by state. */
  readonly own: () => Promise<Record<string, unknown>>;
}

interface RouteFigures {
  requests: number;
  errors: number;
  p50_ms: number | null;
  p99_ms: number | null;
  /** How many were answered within each bound in milliseconds, so that two looks give the latency in between. */
  within_ms: Readonly<Record<string, number>>;
}

/** `GET /stats`: what the dashboard draws, as JSON, from the same figures that Prometheus scrapes. */
export const statsRoute = (sources: Sources): Route =>
  route({
    method: "GET",
    path: "/stats",
    operation: "get-stats",
    summary:
      "Figures of this instance: requests, errors and latency by route, the write queue, the outbox, breakers, states",
    scope: "ops:read",
    answers: { 200: joi.object().unknown(true) },
    handle: async () =>
      ok({
        service: sources.service,
        version: sources.version,
        uptime_s: sources.uptime(),
        routes: await byRoute(sources.metrics),
        queue: { depth: sources.database.queueDepth() },
        breakers: Object.fromEntries(sources.peers.map((peer) => [peer.name, peer.state()])),
        ...(sources.outbox ? { outbox: await sources.outbox.stats() } : {}),
        ...(await sources.own()),
      }),
  });

async function byRoute(metrics: Metrics): Promise<Record<string, RouteFigures>> {
  const { values } = await metrics.httpDuration.get();
  const buckets = new Map<string, Map<number, number>>();
  const figures: Record<string, RouteFigures> = {};
  for (const { labels, value, metricName } of values) {
    const name = `${labels.method} ${labels.route}`;
    figures[name] ??= { requests: 0, errors: 0, p50_ms: null, p99_ms: null, within_ms: {} };
    if (metricName?.endsWith("_count")) {
      figures[name].requests += value;
      if (Number(labels.status) >= 500) figures[name].errors += value;
    } else if (metricName?.endsWith("_bucket")) {
      const counts = buckets.get(name) ?? new Map<number, number>();
      const bound = Number(
        (labels as { le?: number | string }).le === "+Inf" ? Infinity : (labels as { le?: number }).le,
      );
      counts.set(bound, (counts.get(bound) ?? 0) + value);
      buckets.set(name, counts);
    }
  }
  for (const [name, counts] of buckets) {
    const found = figures[name];
    const within_ms = Object.fromEntries(
      [...counts].filter(([bound]) => bound !== Infinity).map(([bound, count]) => [bound * 1000, count]),
    );
    if (found) Object.assign(found, { p50_ms: quantile(counts, 0.5), p99_ms: quantile(counts, 0.99), within_ms });
  }
  return figures;
}

/** The upper bound, in milliseconds, of the bucket that holds the quantile; null when it lies past the last bound. */
function quantile(cumulative: ReadonlyMap<number, number>, share: number): number | null {
  const bounds = [...cumulative].sort(([a], [b]) => a - b);
  const total = bounds.at(-1)?.[1] ?? 0;
  const found = bounds.find(([, count]) => total > 0 && count >= total * share)?.[0];
  return found === undefined || found === Infinity ? null : found * 1000;
}
