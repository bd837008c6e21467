import { overloaded, Problem } from "./problem.ts";

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what waits while a run is under way; the next run takes up to `max` of it, in order. `run` gives one result
 * an item; an Error among them rejects that item alone. When `run` throws it must have done nothing: the items then run
 * singly, so that one bad item does not fail its neighbours; not after a Problem 503, which all of them would meet again.
 * Past `queueLimit` waiting items `add` rejects with 503 `overloaded`.
 */
export function createBatcher<Item, Result>(options: {
  readonly max: number;
  run(items: readonly Item[]): Promise<readonly (Result | Error)[]>;
  readonly queueLimit?: number;
  /** Runs under way at once. */
  readonly concurrency?: number;
  /**
   * For runs that cost much more than an item: callers who were answered together come back together, so a run waits
   * up to so long for as many as were here when the last one ended. Those who do not come back within ten times that
   * are not expected any more, so that a lone caller waits for nobody.
   */
  readonly gatherMs?: number;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
}) {
  const { max, queueLimit = 2048, concurrency = 1, gatherMs = 0, now = () => performance.now() } = options;
  const waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  let itemsUnderWay = 0;
  let expected = 1;
  let lastEnd = 0;
  let starting = false;
  let patience: NodeJS.Timeout | undefined;

  function startIfGathered(): void {
    starting = false;
    if (underWay >= concurrency || waiting.length === 0) return;
    if (now() - lastEnd > 10 * gatherMs) expected = 1;
    if (waiting.length < expected) patience ??= setTimeout(start, gatherMs);
    else start();
  }

  function start(): void {
    clearTimeout(patience);
    patience = undefined;
    while (underWay < concurrency && waiting.length > 0) {
      const entries = waiting.splice(0, max);
      underWay += 1;
      itemsUnderWay += entries.length;
      void settle(entries).then(() => {
        underWay -= 1;
        itemsUnderWay -= entries.length;
        startIfGathered();
      });
    }
  }

  async function run(items: readonly Item[]): Promise<readonly (Result | Error)[]> {
    try {
      return await options.run(items);
    } finally {
      // Counted before anybody is answered: who comes back at once must not count twice.
      expected = gatherMs > 0 ? Math.min(max, itemsUnderWay + waiting.length) : 1;
      lastEnd = now();
    }
  }

  /** Never rejects: each entry is told its own end. */
  async function settle(entries: readonly Waiting<Item, Result>[]): Promise<void> {
    let results: readonly (Result | Error)[];
    try {
      results = await run(entries.map((entry) => entry.item));
    } catch (error) {
      const forAll = entries.length === 1 || (error instanceof Problem && error.status === 503);
      for (const entry of entries) {
        if (forAll) entry.reject(error);
        else await settle([entry]);
      }
      return;
    }
    for (const [index, entry] of entries.entries()) {
      const result =
        index in results ? (results[index] as Result | Error) : new Error("A run gave no result for an item");
      if (result instanceof Error) entry.reject(result);
      else entry.resolve(result);
    }
  }

  return {
    add(item: Item): Promise<Result> {
      if (waiting.length >= queueLimit) return Promise.reject(overloaded());
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (starting || underWay >= concurrency) return;
        // Requests that arrived together are read in one turn of the event loop: let them share the first run.
        starting = true;
        setImmediate(startIfGathered);
      });
    },
    /** Items that wait. */
    depth: (): number => waiting.length,
  };
}
