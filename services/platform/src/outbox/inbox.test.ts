import type { Database } from "../database/database.ts";
import { openTestDatabase } from "../testing/open-test-database.ts";
import { takeIn } from "./inbox.ts";

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase([]);
});
afterEach(() => database.close());

const take = (...ids: string[]) => database.write(async (trx) => [...(await takeIn(trx, ids, 1000))]);

test("tells which messages are new, each once", async () => {
  expect(await take("a", "b")).toEqual(["a", "b"]);
  expect(await take("b", "c", "c", "a")).toEqual(["c"]);
  expect(await take()).toEqual([]);
});

test("one message that arrives 20 times at once is new once", async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => take("a")));
  expect(all.flat()).toEqual(["a"]);
});

test("a message whose change was undone is new when it comes again", async () => {
  const failing = database.write(async (trx) => {
    await takeIn(trx, ["a"], 1000);
    throw new Error("the change is refused");
  });
  await expect(failing).rejects.toThrow("refused");
  expect(await take("a")).toEqual(["a"]);
});

test("takes in more than one statement holds", async () => {
  const ids = Array.from({ length: 1001 }, (_, index) => `id-${index}`);
  expect(await take(...ids)).toHaveLength(1001);
  expect(await take(...ids, "new")).toEqual(["new"]);
});
