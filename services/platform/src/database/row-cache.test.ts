import { createRowCache } from "./row-cache.ts";

interface Row {
  readonly version: number;
}

/** A load that answers when it is told to. */
function slowLoad() {
  let answer = (_row: Row): void => {};
  const promise = new Promise<Row>((resolve) => {
    answer = resolve;
  });
  return { load: () => promise, answer };
}

const never = (): Promise<Row> => Promise.reject(new Error("the cache should have known"));
const row = (version: number) => async (): Promise<Row> => ({ version });

test("a row is loaded once, also by readers that come at the same time", async () => {
  const cache = createRowCache<string, Row>({ max: 10 });
  const slow = slowLoad();
  const both = Promise.all([cache.get("a", slow.load), cache.get("a", never)]);
  slow.answer({ version: 1 });
  expect(await both).toEqual([{ version: 1 }, { version: 1 }]);
  expect(await cache.get("a", never)).toEqual({ version: 1 });
});

test.each([
  ["drop", (cache: ReturnType<typeof createRowCache<string, Row>>) => cache.drop("a")],
  ["clear", (cache: ReturnType<typeof createRowCache<string, Row>>) => cache.clear()],
])("a load that began before a %s is neither kept nor shared after it", async (_name, forget) => {
  const cache = createRowCache<string, Row>({ max: 10 });
  const before = slowLoad();
  const stale = cache.get("a", before.load);
  forget(cache);
  const fresh = cache.get("a", row(2));
  before.answer({ version: 1 });
  expect(await stale).toEqual({ version: 1 });
  expect(await fresh).toEqual({ version: 2 });
  expect(cache.peek("a")).toEqual({ version: 2 });
});

test("a load that began before a put does not overwrite it, in whichever order they end", async () => {
  const cache = createRowCache<string, Row>({ max: 10 });
  const before = slowLoad();
  const stale = cache.get("a", before.load);
  cache.put("a", { version: 2 });
  expect(await cache.get("a", never)).toEqual({ version: 2 });
  before.answer({ version: 1 });
  await stale;
  expect(cache.peek("a")).toEqual({ version: 2 });
});

test("the end of an old load does not disturb the load that took its place", async () => {
  const cache = createRowCache<string, Row>({ max: 10 });
  const [first, second] = [slowLoad(), slowLoad()];
  const stale = cache.get("a", first.load);
  cache.drop("a");
  const fresh = cache.get("a", second.load);
  first.answer({ version: 1 });
  await stale;
  const shared = cache.get("a", never);
  second.answer({ version: 2 });
  expect(await Promise.all([fresh, shared])).toEqual([{ version: 2 }, { version: 2 }]);
});

test("a failed load is told to its readers and tried again by the next", async () => {
  const cache = createRowCache<string, Row>({ max: 10 });
  await expect(cache.get("a", () => Promise.reject(new Error("disk")))).rejects.toThrow("disk");
  expect(await cache.get("a", row(1))).toEqual({ version: 1 });
});

test("what is not there is not kept, so that it is found once it is made", async () => {
  const cache = createRowCache<string, Row | undefined>({ max: 10 });
  expect(await cache.get("a", async () => undefined)).toBeUndefined();
  expect(await cache.get("a", row(1))).toEqual({ version: 1 });
});

test("the least recently used row leaves first", () => {
  const cache = createRowCache<string, Row>({ max: 2 });
  cache.put("a", { version: 1 });
  cache.put("b", { version: 1 });
  cache.peek("a");
  cache.put("c", { version: 1 });
  expect([cache.peek("a"), cache.peek("b"), cache.peek("c")]).toEqual([{ version: 1 }, undefined, { version: 1 }]);
});
