import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { createMetrics } from "../metrics.ts";
import { smallDisk } from "../testing/small-disk.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { type Database, openDatabase } from "./database.ts";

const opened: Database[] = [];

async function open(file: string): Promise<Database> {
  const database = await openDatabase({
    url: `sqlite:${file}`,
    migrations: [{ name: "0001-rows", sql: "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT" }],
    queueLimit: 2048,
    log: pino({ level: "silent" }),
    metrics: createMetrics("test", "0"),
    ownerWaitMs: 0,
  });
  opened.push(database);
  return database;
}

const closeAll = async (): Promise<void> => {
  for (const database of opened.splice(0)) await database.close();
};

afterEach(closeAll);

interface Told {
  readonly kept: number[];
  readonly refused: number[];
  readonly unknown: number[];
}

/** Writes rows of 4 KB, `count` at once, and notes what each caller was told. */
async function write(database: Database, told: Told, from: number, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => from + index);
  await Promise.all(
    ids.map(async (id) => {
      try {
        await database.write((trx) => trx("rows").insert({ id, text: "x".repeat(4000) }));
        told.kept.push(id);
      } catch (error) {
        expect(error).toMatchObject({ code: "database-unavailable", status: 503 });
        const { outcome } = (error as { members: { outcome: string } }).members;
        (outcome === "unknown" ? told.unknown : told.refused).push(id);
      }
    }),
  );
}

/** After a reopening: all that was acknowledged is there, and nothing that was refused. */
async function expectTruth(file: string, told: Told): Promise<void> {
  const database = await open(file);
  const there: number[] = await database.read("rows").pluck("id");
  const [check] = await database.read.raw("PRAGMA integrity_check");
  expect(check).toEqual({ integrity_check: "ok" });
  expect(there).toEqual(expect.arrayContaining(told.kept));
  expect(there.filter((id) => told.refused.includes(id))).toEqual([]);
}

test("a file at its size limit in the middle of a batch: nothing acknowledged is lost, and service resumes", async () => {
  const file = join(temporaryFolder(), "rows.db");
  const told: Told = { kept: [], refused: [], unknown: [] };
  const database = await open(file);
  await write(database, told, 1, 20);
  // The limit is the connection's: SQLite answers SQLITE_FULL, and the connection that follows has room again.
  await database.write((trx) => trx.raw("PRAGMA max_page_count = 40"));
  await write(database, told, 21, 60);
  expect(told.refused.length).toBeGreaterThan(1);
  const before = told.kept.length;
  await write(database, told, 81, 10);
  expect(told.kept.length).toBe(before + 10);
  await closeAll();
  await expectTruth(file, told);
});

test("a unit that goes on after the disk was full commits nothing", async () => {
  const database = await open(join(temporaryFolder(), "rows.db"));
  const goingOn = database.write(async (trx) => {
    await trx.raw("PRAGMA max_page_count = 10");
    const large = trx("rows").insert({ id: 1, text: "x".repeat(100_000) });
    await Promise.allSettled([large, trx("rows").insert({ id: 2, text: "small" })]);
    await trx("rows")
      .insert({ id: 3, text: "small" })
      .catch(() => {});
  });
  await expect(goingOn).rejects.toMatchObject({ code: "database-unavailable", members: { outcome: "none" } });
  expect(await database.read("rows").pluck("id")).toEqual([]);
});

const disk = smallDisk(1_048_576);
afterAll(() => disk?.remove());

(disk ? test : test.skip)("a full disk (skipped where a tmpfs may not be mounted)", async () => {
  const file = join(disk?.folder ?? "", "rows.db");
  const ballast = join(disk?.folder ?? "", "ballast");
  const told: Told = { kept: [], refused: [], unknown: [] };
  writeFileSync(ballast, Buffer.alloc(400_000));
  const database = await open(file);
  let next = 1;
  for (; told.refused.length + told.unknown.length === 0; next += 40) await write(database, told, next, 40);
  await write(database, told, next, 40);
  const whileFull = told.kept.length;
  expect(await database.read("rows").pluck("id")).toEqual(expect.arrayContaining(told.kept));

  rmSync(ballast);
  await write(database, told, next + 40, 40);
  expect(told.kept.length).toBe(whileFull + 40);
  await closeAll();
  await expectTruth(file, told);
});
