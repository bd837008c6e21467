import type { RouteFigures, Stats } from "../../api/operations.ts";

/** What a service was asked, and how it answered, between two looks at its `/stats`. Null: not known. */
export interface Sample {
  /** Seconds since 1970. */
  readonly at: number;
  readonly perSecond: number | null;
  readonly errorsPerSecond: number | null;
  /** Milliseconds; `Infinity` past the last bound that is counted. */
  readonly p50: number | null;
  readonly p99: number | null;
}
export interface Look {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly stats: Partial<Stats>;
}

type Routes = Readonly<Record<string, RouteFigures>>;

/** Asked by this view, by probes and by scrapers: not what the shop does. */
const own = /^GET \/(stats|health|livez|readyz|metrics|whoami)$/;

/** The routes that people and services ask. */
export const shopRoutes = (stats: Partial<Stats>): Routes =>
  Object.fromEntries(Object.entries(stats.routes ?? {}).filter(([name]) => !own.test(name)));

/** What happened between two looks; nothing is known when the service has started anew, and its counts with it. */
export function sampleBetween(before: Look | undefined, now: Look): Sample {
  const at = now.at / 1000;
  const unknown = { at, perSecond: null, errorsPerSecond: null, p50: null, p99: null };
  const seconds = before ? (now.at - before.at) / 1000 : 0;
  if (!before || seconds <= 0) return unknown;
  const asked = difference(shopRoutes(before.stats), shopRoutes(now.stats));
  if (!asked) return unknown;
  return {
    at,
    perSecond: sum(asked.map(({ requests }) => requests)) / seconds,
    errorsPerSecond: sum(asked.map(({ errors }) => errors)) / seconds,
    p50: weighted(asked, "p50_ms", 0.5),
    p99: weighted(asked, "p99_ms", 0.99),
  };
}

/** The routes that were asked in between, with how often; undefined when a count went back. */
function difference(before: Routes, now: Routes): readonly RouteFigures[] | undefined {
  const changes = Object.entries(now).map(([name, figures]) => ({
    ...figures,
    requests: figures.requests - (before[name]?.requests ?? 0),
    errors: figures.errors - (before[name]?.errors ?? 0),
  }));
  if (changes.some(({ requests, errors }) => requests < 0 || errors < 0)) return undefined;
  return changes.filter(({ requests }) => requests > 0);
}

/**
 * The quantile over the routes' own, each as often as it was asked. `/stats` tells quantiles of a route since the start
 * of its service, not of the last seconds.
 */
function weighted(asked: readonly RouteFigures[], name: "p50_ms" | "p99_ms", share: number): number | null {
  const total = sum(asked.map(({ requests }) => requests));
  if (total === 0) return null;
  const sorted = asked
    .map((figures) => ({ ms: figures[name] ?? Number.POSITIVE_INFINITY, requests: figures.requests }))
    .sort((one, other) => one.ms - other.ms);
  let seen = 0;
  for (const { ms, requests } of sorted) {
    seen += requests;
    if (seen >= total * share) return ms;
  }
  return null;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
