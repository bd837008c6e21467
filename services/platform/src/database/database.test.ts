import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { createMetrics } from "../metrics.ts";
import { Problem } from "../problem.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { type Database, DatabaseRefused, isUniqueViolation, openDatabase } from "./database.ts";
import { openConnection, translateDriverError } from "./sqlite.ts";

const schema = `
  CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, CHECK (text <> 'forbidden')) STRICT;
  CREATE TABLE replies (note_id INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED) STRICT;`;

const opened: Database[] = [];

async function open(options: { file?: string; queueLimit?: number } = {}) {
  const file = options.file ?? join(temporaryFolder(), "notes.db");
  const metrics = createMetrics("test", "0");
  const database = await openDatabase({
    url: `sqlite:${file}`,
    migrations: [{ name: "0001-notes", sql: schema }],
    queueLimit: options.queueLimit ?? 100,
    log: pino({ level: "silent" }),
    metrics,
    ownerWaitMs: 0,
  });
  opened.push(database);
  const add = (text: string) => database.write((trx) => trx("notes").insert({ text }));
  const texts = (): Promise<string[]> => database.read("notes").orderBy("id").pluck("text");
  /** How many batches were committed, and how many units were in them. */
  const batches = async () => {
    const { values } = await metrics.batchSize.get();
    const value = (suffix: string) => values.find(({ metricName }) => metricName?.endsWith(suffix))?.value;
    return { count: value("_count"), units: value("_sum") };
  };
  return { file, database, add, texts, batches };
}

/** A unit of work that runs until it is let go. */
function gate(database: Database) {
  let open = () => {};
  const opening = new Promise<void>((resolve) => {
    open = resolve;
  });
  let done: Promise<void> = Promise.resolve();
  const running = new Promise<void>((started) => {
    done = database.write(() => {
      started();
      return opening;
    });
  });
  return { running, open, done };
}

afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

describe("units of work", () => {
  test("units that arrive together share a transaction, and one that fails is undone alone", async () => {
    const { database, add, texts, batches } = await open();
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
    const { database, add, texts } = await open();
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
    const { file, database, texts } = await open();
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
    const { database, texts } = await open();
    await expect(database.read("notes").insert({ text: "a" })).rejects.toThrow("readonly");
    expect(await texts()).toEqual([]);
  });

  test("what is to be published after the commit is, in the order of the units and before their callers go on", async () => {
    const { database } = await open();
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
    const { database, add, texts } = await open();
    const kept = await database.write(async (trx) => ({ trx }));
    const [late] = await Promise.allSettled([kept.trx("notes").insert({ text: "late" }), add("in time")]);
    expect(late).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("after its end") } });
    await expect(database.write((trx) => trx.transaction(async () => {}))).rejects.toThrow("is a transaction already");
    expect(await texts()).toEqual(["in time"]);
  });

  test("past the bound a unit is refused at once, and those that wait are served", async () => {
    const { database, add, texts } = await open({ queueLimit: 2 });
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
    const { database } = await open();
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
});

test("a COMMIT is on the disk when it answers, references hold, and readers cannot write", async () => {
  const { database } = await open();
  const pragma = async (connection: typeof database.read, name: string) =>
    Object.values((await connection.raw(`PRAGMA ${name}`))[0])[0];
  const settings = await database.write(async (trx) => [
    await pragma(trx, "journal_mode"),
    await pragma(trx, "synchronous"),
    await pragma(trx, "foreign_keys"),
  ]);
  expect(settings).toEqual(["wal", 2, 1]);
  expect(await pragma(database.read, "query_only")).toBe(1);
  await expect(database.read("notes").insert({ text: "x" })).rejects.toMatchObject({ code: "SQLITE_READONLY" });
});

describe("when the driver fails", () => {
  const unavailable = { code: "database-unavailable", status: 503, members: { outcome: "none" } };

  /** SQLite takes no more pages than it has, on this connection: the next large row is SQLITE_FULL. */
  const noMorePages = "PRAGMA max_page_count = 1";
  const large = "x".repeat(100_000);

  test("a mistake in SQL or a value of a wrong type is the unit's own, and fails nobody else", async () => {
    const { database, add, texts } = await open();
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
    const { database, add, texts } = await open();
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
    const { database, texts } = await open();
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
    const { database, add, texts } = await open();
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
    const { add } = await open();
    await add("SQLITE_CONSTRAINT: UNIQUE constraint failed: x");
    const taken = await add("SQLITE_CONSTRAINT: UNIQUE constraint failed: x").catch((error) => error);
    const forbidden = await add("forbidden").catch((error) => error);
    expect([isUniqueViolation(taken), isUniqueViolation(forbidden)]).toEqual([true, false]);
    expect(forbidden.message).toContain("CHECK constraint failed");
    expect(taken.message).not.toContain("failed: x");
  });
});

describe("opening and closing", () => {
  test("close finishes what waits, refuses what comes, empties the log and frees the file", async () => {
    const { file, database, add } = await open();
    const held = gate(database);
    const waiting = add("waiting");
    const closing = database.close();
    opened.length = 0;
    await expect(add("too late")).rejects.toMatchObject({ code: "database-unavailable" });
    held.open();
    await Promise.all([waiting, closing]);
    expect(existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0).toBe(0);
    const again = await open({ file });
    expect(await again.texts()).toEqual(["waiting"]);
  });

  test("closed twice it is closed once, and the second call waits for the first", async () => {
    const { file, database, add } = await open();
    const held = gate(database);
    const waiting = add("waiting");
    const closings = [database.close(), database.close()];
    held.open();
    await Promise.all([waiting, ...closings]);
    await database.close();
    expect(await (await open({ file })).texts()).toEqual(["waiting"]);
  });

  test("a missing folder is made", async () => {
    const { add, texts } = await open({ file: join(temporaryFolder(), "new", "folder", "notes.db") });
    await add("a");
    expect(await texts()).toEqual(["a"]);
  });

  test.each([
    ["is not a database", (file: string) => writeFileSync(file, "to be, or not to be".repeat(100))],
    ["is not a database", (file: string) => writeFileSync(file, "short")],
    ["cannot be opened", (file: string) => mkdirSync(file)],
    ["in use", (file: string) => open({ file })],
  ])("a file that %s is refused by name, and let go of", async (reason, prepare) => {
    const file = join(temporaryFolder(), "notes.db");
    await prepare(file);
    const refusal = await open({ file }).catch((error) => error);
    expect(refusal).toBeInstanceOf(DatabaseRefused);
    expect(refusal.message).toContain(reason);
    expect(refusal.message).toContain(file);
  });

  test("a folder that cannot be made is refused by name", async () => {
    const plain = join(temporaryFolder(), "plain");
    writeFileSync(plain, "");
    await expect(open({ file: join(plain, "data", "notes.db") })).rejects.toThrow(join(plain, "data"));
  });

  test.each(["postgres://localhost/shop", "sqlite:", "sqlite::memory:"])("%s is refused", async (url) => {
    const options = { url, migrations: [], queueLimit: 1, log: pino({ level: "silent" }) };
    await expect(openDatabase({ ...options, metrics: createMetrics("test", "0") })).rejects.toThrow("sqlite:<path");
  });
});
