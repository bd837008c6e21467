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
    p50: quantile(asked, 0.5),
    p99: quantile(asked, 0.99),
  };
}

interface Asked {
  readonly requests: number;
  readonly errors: number;
  readonly within_ms: Readonly<Record<string, number>>;
}

/** What each route was asked in between; undefined when a count went back. */
function difference(before: Routes, now: Routes): readonly Asked[] | undefined {
  const changes = Object.entries(now).map(([name, figures]): Asked => {
    const earlier = before[name];
    const within = Object.entries(figures.within_ms).map(([bound, count]): [string, number] => [
      bound,
      count - (earlier?.within_ms[bound] ?? 0),
    ]);
    return {
      requests: figures.requests - (earlier?.requests ?? 0),
      errors: figures.errors - (earlier?.errors ?? 0),
      within_ms: Object.fromEntries(within),
    };
  });
  return changes.some(({ requests, errors }) => requests < 0 || errors < 0) ? undefined : changes;
}

/** The least bound within which this share was answered, over all routes; null when nothing was asked. */
function quantile(asked: readonly Asked[], share: number): number | null {
  const total = sum(asked.map(({ requests }) => requests));
  if (total === 0) return null;
  const bounds = [...new Set(asked.flatMap(({ within_ms }) => Object.keys(within_ms)))].sort((a, b) => +a - +b);
  const found = bounds.find((bound) => sum(asked.map(({ within_ms }) => within_ms[bound] ?? 0)) >= total * share);
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
