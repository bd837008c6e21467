import { Gauge, type Metrics } from "./metrics.ts";

/**
 * The gauge `name{label}`: how many rows there are of each kind. A count reads a whole table, and scrapers and dashboards
 * come often, so it is made anew only when the last one is older than `keptForMs` (10 s); who comes while one is under
 * way shares it, and one that failed is not kept. Answers with a function that gives the same counts, for `/stats`.
 */
export function createCountGauge<Kind extends string>(options: {
  readonly metrics: Pick<Metrics, "registry">;
  readonly name: string;
  readonly help: string;
  readonly label: string;
  /** Every kind there is: one that was not counted is shown as 0. */
  readonly kinds: readonly Kind[];
  count(): Promise<Partial<Record<Kind, number>>>;
  readonly keptForMs?: number;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
}): () => Promise<Partial<Record<Kind, number>>> {
  const { name, help, label, kinds, keptForMs = 10_000, now = () => performance.now() } = options;
  let last: { readonly at: number; readonly counts: Promise<Partial<Record<Kind, number>>> } | undefined;

  function counts(): Promise<Partial<Record<Kind, number>>> {
    if (last && now() - last.at < keptForMs) return last.counts;
    const counting = { at: now(), counts: options.count() };
    last = counting;
    counting.counts.catch(() => {
      if (last === counting) last = undefined;
    });
    return counting.counts;
  }

  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [options.metrics.registry],
    async collect() {
      const counted = await counts();
      for (const kind of kinds) this.set({ [label]: kind }, counted[kind] ?? 0);
    },
  });
  return counts;
}
