import { createBatcher } from "./batcher.ts";
import { databaseUnavailable, Problem } from "./problem.ts";

/** Runs that end when they are told to; `runs` holds the items of each. */
function heldRuns() {
  const runs: { items: readonly number[]; end: () => void }[] = [];
  let began = () => {};
  const run = (items: readonly number[]) =>
    new Promise<readonly string[]>((resolve) => {
      runs.push({ items, end: () => resolve(items.map((item) => `done ${item}`)) });
      began();
    });
  const next = async (count: number): Promise<void> => {
    while (runs.length < count)
      await new Promise<void>((resolve) => {
        began = resolve;
      });
  };
  return { runs, run, next };
}

test("what waits while a run is under way goes into the next, in order and at most max", async () => {
  const { runs, run, next } = heldRuns();
  const batcher = createBatcher({ max: 3, run });
  const first = batcher.add(1);
  await next(1);
  const rest = Promise.all([2, 3, 4, 5].map(batcher.add));
  expect(batcher.depth()).toBe(4);
  runs[0]?.end();
  await next(2);
  runs[1]?.end();
  await next(3);
  runs[2]?.end();
  expect(await first).toBe("done 1");
  expect(await rest).toEqual(["done 2", "done 3", "done 4", "done 5"]);
  expect(runs.map(({ items }) => items)).toEqual([[1], [2, 3, 4], [5]]);
});

test("items that arrive together share the first run too", async () => {
  const sizes: number[] = [];
  const batcher = createBatcher<number, number>({
    max: 10,
    run: async (items) => {
      sizes.push(items.length);
      return items;
    },
  });
  await Promise.all([1, 2, 3].map(batcher.add));
  expect(sizes).toEqual([3]);
});

test("as many runs are under way as allowed", async () => {
  const { runs, run, next } = heldRuns();
  const batcher = createBatcher({ max: 1, run, concurrency: 2 });
  const all = Promise.all([1, 2, 3].map(batcher.add));
  await next(2);
  expect(batcher.depth()).toBe(1);
  runs[1]?.end();
  await next(3);
  runs[0]?.end();
  runs[2]?.end();
  expect(await all).toEqual(["done 1", "done 2", "done 3"]);
});

test("an error among the results is one item's own", async () => {
  const refusal = new Problem(409, "insufficient-stock", "None left.");
  const batcher = createBatcher<number, number>({
    max: 10,
    run: async (items) => items.map((item) => (item === 2 ? refusal : item)),
  });
  const ends = await Promise.allSettled([1, 2, 3].map(batcher.add));
  expect(ends).toEqual([
    { status: "fulfilled", value: 1 },
    { status: "rejected", reason: refusal },
    { status: "fulfilled", value: 3 },
  ]);
});

test("when a run fails as a whole its items run singly, so that one does not fail the others", async () => {
  const batcher = createBatcher<number, number>({
    max: 10,
    run: async (items) => {
      if (items.includes(2)) throw new Error("two is bad");
      return items;
    },
  });
  const ends = await Promise.allSettled([1, 2, 3].map(batcher.add));
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("when the store is away all are told at once, without trying each", async () => {
  let runs = 0;
  const batcher = createBatcher<number, number>({
    max: 10,
    run: async () => {
      runs += 1;
      throw databaseUnavailable();
    },
  });
  const ends = await Promise.allSettled([1, 2, 3].map(batcher.add));
  expect(ends.map((end) => end.status === "rejected" && end.reason.code)).toEqual(
    Array(3).fill("database-unavailable"),
  );
  expect(runs).toBe(1);
});

test("an item without a result is refused rather than left waiting", async () => {
  const batcher = createBatcher<number, number>({ max: 10, run: async (items) => items.slice(1) });
  const ends = await Promise.allSettled([1, 2].map(batcher.add));
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
});

test("past the bound an item is refused at once", async () => {
  const { runs, run, next } = heldRuns();
  const batcher = createBatcher({ max: 1, run, queueLimit: 1 });
  const first = batcher.add(1);
  await next(1);
  const second = batcher.add(2);
  await expect(batcher.add(3)).rejects.toMatchObject({ code: "overloaded", status: 503 });
  runs[0]?.end();
  await next(2);
  runs[1]?.end();
  expect(await Promise.all([first, second])).toEqual(["done 1", "done 2"]);
});

const turnOfTheEventLoop = () => new Promise((resolve) => setImmediate(resolve));
const longerThanTheTest = 60_000;

test("a run that gathers waits for as many as were here when the last one ended", async () => {
  const { runs, run, next } = heldRuns();
  const batcher = createBatcher({ max: 10, run, gatherMs: longerThanTheTest });
  const first = Promise.all([1, 2].map(batcher.add));
  await next(1);
  runs[0]?.end();
  await first;
  const early = batcher.add(3);
  await turnOfTheEventLoop();
  await turnOfTheEventLoop();
  expect(batcher.depth()).toBe(1);
  const late = batcher.add(4);
  await next(2);
  runs[1]?.end();
  await Promise.all([early, late]);
  expect(runs.map(({ items }) => items)).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test("a run that gathers waits for a lone caller's sake for nobody, and for those who stay away only so long", async () => {
  const batcher = createBatcher<number, number>({ max: 10, run: async (items) => items, gatherMs: longerThanTheTest });
  expect([await batcher.add(1), await batcher.add(2)]).toEqual([1, 2]);
  const patient = createBatcher<number, number>({ max: 10, run: async (items) => items, gatherMs: 5 });
  await Promise.all([1, 2].map(patient.add));
  expect(await patient.add(3)).toBe(3);
});

test("those who stay away for long are not expected any more", async () => {
  let time = 0;
  const run = async (items: readonly number[]) => items;
  const batcher = createBatcher<number, number>({ max: 10, run, gatherMs: longerThanTheTest, now: () => time });
  await Promise.all([1, 2].map(batcher.add));
  time += 10 * longerThanTheTest + 1;
  expect(await batcher.add(3)).toBe(3);
});
