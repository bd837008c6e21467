import { closeNotes, openNotes } from "../testing/open-notes.ts";
import { isUniqueViolation } from "./database.ts";
import { translateDriverError } from "./sqlite.ts";

afterEach(closeNotes);

const unavailable = { code: "database-unavailable", status: 503, members: { outcome: "none" } };

/** SQLite takes no more pages than it has, on this connection: the next large row is SQLITE_FULL. */
const noMorePages = "PRAGMA max_page_count = 1";
const large = "x".repeat(100_000);

test("a mistake in SQL or a value of a wrong type is the unit's own, and fails nobody else", async () => {
  const { database, add, texts } = await openNotes();
  const [before, mistake, wrongType, after] = await Promise.allSettled([
    add("before"),
    database.write((trx) => trx("no_such_table").select()),
    database.write((trx) => trx.raw("INSERT INTO notes (id, text) VALUES ('one', 'x')")),
    add("after"),
  ]);
  expect([before.status, mistake.status, wrongType.status, after.status]).toEqual([
    "fulfilled",
    "rejected",
    "rejected",
    "fulfilled",
  ]);
  expect(await texts()).toEqual(["before", "after"]);
});

test("the batch ends: its units are told, caches are dropped, and the next batch works", async () => {
  const { database, add, texts } = await openNotes();
  let resets = 0;
  database.onReset(() => {
    resets += 1;
  });
  const [before, failing, after] = await Promise.allSettled([
    add("before"),
    database.write(async (trx) => {
      await trx.raw(noMorePages);
      await trx("notes").insert({ text: large });
    }),
    add("after"),
  ]);
  expect(before).toMatchObject({ reason: unavailable });
  expect(failing).toMatchObject({ reason: unavailable });
  expect(after.status).toBe("fulfilled");
  expect(resets).toBe(1);
  expect(await texts()).toEqual(["after"]);
});

test("a unit that hides the error, or sent more at the same time, cannot commit any of it", async () => {
  const { database, texts } = await openNotes();
  const hiding = database.write(async (trx) => {
    await trx("notes").insert({ text: "a" });
    await trx.raw(noMorePages);
    await Promise.allSettled([trx("notes").insert({ text: large }), trx("notes").insert({ text: "b" })]);
    await trx("notes")
      .insert({ text: "c" })
      .catch(() => {});
  });
  await expect(hiding).rejects.toMatchObject(unavailable);
  expect(await texts()).toEqual([]);
});

test("a failed COMMIT is said to be an unknown outcome, but not to a unit that was refused", async () => {
  const { database, add, texts } = await openNotes();
  const [reply, refused] = await Promise.allSettled([
    database.write((trx) => trx("replies").insert({ note_id: 404 })),
    database.write(async () => {
      throw new Error("refused by itself");
    }),
  ]);
  expect(reply).toMatchObject({ reason: { code: "database-unavailable", members: { outcome: "unknown" } } });
  expect(refused).toMatchObject({ reason: unavailable });
  await add("service goes on");
  expect(await texts()).toEqual(["service goes on"]);
});

test("its errors are 503 for a reader's client, and others stay what they are", () => {
  const full = Object.assign(new Error("SQLITE_FULL: database or disk is full"), { code: "SQLITE_FULL" });
  const bug = new TypeError("x is undefined");
  expect(translateDriverError(full)).toMatchObject(unavailable);
  expect(translateDriverError(bug)).toBe(bug);
});

test("only a taken key is a unique violation, and values stay out of the message", async () => {
  const { add } = await openNotes();
  await add("SQLITE_CONSTRAINT: UNIQUE constraint failed: x");
  const taken = await add("SQLITE_CONSTRAINT: UNIQUE constraint failed: x").catch((error) => error);
  const forbidden = await add("forbidden").catch((error) => error);
  expect([isUniqueViolation(taken), isUniqueViolation(forbidden)]).toEqual([true, false]);
  expect(forbidden.message).toContain("CHECK constraint failed");
  expect(taken.message).not.toContain("failed: x");
});
