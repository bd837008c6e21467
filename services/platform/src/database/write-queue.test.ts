import { Problem } from "../problem.ts";
import { closeNotes, gate, openNotes } from "../testing/open-notes.ts";
import { isUniqueViolation } from "./database.ts";
import { openConnection } from "./sqlite.ts";

// Units of work that do not meet a failure of the driver: driver-failures.test.ts.

afterEach(closeNotes);

test("units that arrive together share a transaction, and one that fails is undone alone", async () => {
  const { database, add, texts, batches } = await openNotes();
  const refusal = new Problem(409, "insufficient-stock", "None left.");
  const ends = await Promise.allSettled([
    add("a"),
    add("b"),
    database.write(async (trx) => {
      await trx("notes").insert({ text: "undone by a problem" });
      throw refusal;
    }),
    add("c"),
    database.write(async (trx) => {
      await trx("notes").insert({ text: "undone by a constraint" });
      await trx("notes").insert({ text: "a" });
    }),
    add("d"),
  ]);
  expect(ends.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(ends[2]).toHaveProperty("reason", refusal);
  expect(isUniqueViolation((ends[4] as PromiseRejectedResult).reason)).toBe(true);
  expect(await texts()).toEqual(["a", "b", "c", "d"]);
  expect(await batches()).toEqual({ count: 1, units: 6 });
});

test("the first unit of a batch may fail like any other", async () => {
  const { database, add, texts } = await openNotes();
  const failing = database.write(async (trx) => {
    await trx("notes").insert({ text: "undone" });
    throw new Error("a bug");
  });
  const after = add("kept");
  await expect(failing).rejects.toThrow("a bug");
  await after;
  expect(await texts()).toEqual(["kept"]);
});

test("readers never see an open batch, and see a unit once it is answered", async () => {
  const { file, database, texts } = await openNotes();
  const seenInside = await database.write(async (trx) => {
    await trx("notes").insert({ text: "a" });
    return texts();
  });
  const other = await openConnection(file, []);
  expect(seenInside).toEqual([]);
  expect(await other.query("SELECT text FROM notes")).toEqual([{ text: "a" }]);
  await other.close();
});

test("readers cannot write", async () => {
  const { database, texts } = await openNotes();
  await expect(database.read("notes").insert({ text: "a" })).rejects.toThrow("readonly");
  expect(await texts()).toEqual([]);
});

test("what is to be published after the commit is, in the order of the units and before their callers go on", async () => {
  const { database } = await openNotes();
  const events: string[] = [];
  const unit = async (name: string, fails = false) => {
    const published = { committed: (result: string) => events.push(`committed ${result}`) };
    const work = async () => (fails ? Promise.reject(new Error("no")) : name);
    await database.write(work, published).then(
      () => events.push(`answered ${name}`),
      () => events.push(`refused ${name}`),
    );
  };
  await Promise.all([unit("a"), unit("b", true), unit("c")]);
  expect(events).toEqual(["committed a", "committed c", "answered a", "refused b", "answered c"]);
});

test("a handle is of no use after its unit's end, nor for a transaction inside", async () => {
  const { database, add, texts } = await openNotes();
  const kept = await database.write(async (trx) => ({ trx }));
  const [late] = await Promise.allSettled([kept.trx("notes").insert({ text: "late" }), add("in time")]);
  expect(late).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("after its end") } });
  await expect(database.write((trx) => trx.transaction(async () => {}))).rejects.toThrow("is a transaction already");
  expect(await texts()).toEqual(["in time"]);
});

test("past the bound a unit is refused at once, and those that wait are served", async () => {
  const { database, add, texts } = await openNotes({ queueLimit: 2 });
  const held = gate(database);
  await held.running;
  const waiting = [add("a"), add("b")];
  await expect(add("c")).rejects.toMatchObject({ code: "overloaded", headers: { "Retry-After": "1" } });
  expect(database.queueDepth()).toBe(3);
  held.open();
  await Promise.all([held.done, ...waiting]);
  expect(await texts()).toEqual(["a", "b"]);
  expect(database.queueDepth()).toBe(0);
});

test("a unit whose deadline passed before its turn is refused and not run", async () => {
  const { database } = await openNotes();
  let ran = false;
  const unit = async () => {
    ran = true;
  };
  await expect(database.write(unit, { deadline: performance.now() - 1 })).rejects.toMatchObject({
    code: "overloaded",
  });
  expect(ran).toBe(false);
  await database.write(unit, { deadline: performance.now() + 10_000 });
  expect(ran).toBe(true);
});
