import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import type { Database } from "../database/database.ts";
import { createMetrics } from "../metrics.ts";
import { openTestDatabase } from "../testing/open-test-database.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { createBackups } from "./backups.ts";
import { checksumFileOf, checksumLine, sha256Of } from "./checksum.ts";
import { findBackups, type PreparedRestore, prepareRestore, type Restorable } from "./restore.ts";

const migrations = [{ name: "0001-rows", sql: "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT) STRICT" }];

const opened: Database[] = [];
async function open(file: string): Promise<Database> {
  const database = await openTestDatabase(migrations, file);
  opened.push(database);
  return database;
}
const closeAll = async () => {
  for (const database of opened.splice(0)) await database.close();
};
afterEach(closeAll);

const add = (database: Database, count: number) =>
  database.write((trx) => trx("rows").insert(Array.from({ length: count }, () => ({ text: "x".repeat(100) }))));
const countIn = async (file: string): Promise<number> => (await (await open(file)).read("rows").pluck("id")).length;

async function backUp(database: Database, folder: string): Promise<void> {
  const metrics = createMetrics("test", "0");
  const log = pino({ level: "silent" });
  const backups = createBackups({ database, name: "rows", folder, keep: 3, log, metrics });
  const { id } = backups.start();
  while ((await backups.find(id))?.status === "running") await setImmediate();
}

/** A closed database of five rows, and a backup of when it had three. */
async function scene() {
  const folder = temporaryFolder();
  const file = join(folder, "rows.db");
  const database = await open(file);
  await add(database, 3);
  await backUp(database, join(folder, "backups"));
  await add(database, 2);
  const [backup] = await findBackups(join(folder, "backups"));
  return { folder, file, backup: backup as Restorable, close: closeAll };
}

async function prepared(...args: Parameters<typeof prepareRestore>): Promise<PreparedRestore> {
  const restore = await prepareRestore(...args);
  if (!restore) throw new Error("was restored before");
  return restore;
}

test("the backup takes the place of the database, which is kept aside whole", async () => {
  const { folder, file, backup, close } = await scene();
  await close();
  const restore = await prepared(backup, file);
  const kept = (await restore.replace()) ?? "";
  await restore.close();
  expect(await countIn(file)).toBe(3);
  expect(await countIn(kept)).toBe(5);
  expect(readdirSync(folder).filter((name) => name.includes("restoring"))).toEqual([]);
});

test("where there is no database it is put there, and the folder made", async () => {
  const { folder, backup, close } = await scene();
  await close();
  const elsewhere = join(folder, "new", "rows.db");
  const restore = await prepared(backup, elsewhere);
  expect(await restore.replace()).toBeUndefined();
  await restore.close();
  expect(await countIn(elsewhere)).toBe(3);
});

test("of a database that was lost and begun anew in between, it has to be said which one is meant", async () => {
  const { folder, file, backup, close } = await scene();
  await close();
  rmSync(file);
  await backUp(await open(file), join(folder, "backups"));
  await close();
  await expect(findBackups(join(folder, "backups"))).rejects.toThrow(
    `${basename(backup.file)} is the newest of the one`,
  );
  const [named] = await findBackups(backup.file);
  const restore = await prepared(named as Restorable, file);
  await restore.replace();
  await restore.close();
  expect(await countIn(file)).toBe(3);
  await close();

  // What was put back is copied with those of before.
  await backUp(await open(file), join(folder, "backups"));
  await expect(findBackups(join(folder, "backups"))).resolves.toHaveLength(1);
});

test("for one that is not there, those that are there are named", async () => {
  const { folder, backup } = await scene();
  const older = "rows-20200101T000000000Z.db";
  for (const name of [older, "sums-20210101T000000000Z.db", "notes.txt"])
    writeFileSync(join(folder, "backups", name), "");
  const other = join(folder, "backups", "rows-20000101T000000000Z.db");
  await expect(findBackups(other)).rejects.toThrow(
    `There is no ${other}. The newest are: ${basename(backup.file)}, ${older}.`,
  );
  const nowhere = join(folder, "no", "rows.db");
  await expect(findBackups(nowhere)).rejects.toThrow(`There is no ${nowhere}.`);
});

test("it is refused while a service has the database open, and no service opens it meanwhile", async () => {
  const { file, backup, close } = await scene();
  await expect(prepareRestore(backup, file)).rejects.toThrow("in use by another process");
  await close();
  const restore = await prepared(backup, file);
  await expect(open(file)).rejects.toThrow("in use by another process");
  await restore.close();
  expect(await countIn(file)).toBe(5);
});

test.each([
  ["has no checksum", ({ file }: Restorable) => rmSync(checksumFileOf(file))],
  ["altered or damaged", ({ file }: Restorable) => appendFileSync(file, "x")],
  ["altered or damaged", ({ file }: Restorable) => truncateSync(file, statSync(file).size - 4096)],
  [
    "damaged",
    async ({ file }: Restorable) => {
      // A copy that was damaged before its checksum was taken.
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.fill(0xff, bytes.length - 4096));
      writeFileSync(checksumFileOf(file), checksumLine(await sha256Of(file), file));
    },
  ],
])("a backup that %s is refused, and the database stays as it is", async (reason, spoil) => {
  const { folder, file, backup, close } = await scene();
  await close();
  await spoil(backup);
  await expect(prepareRestore(backup, file)).rejects.toThrow(reason);
  expect(readdirSync(folder).filter((name) => /restoring|replaced/.test(name))).toEqual([]);
  expect(await countIn(file)).toBe(5);
});

test("what was committed to the log alone is in the database that is kept", async () => {
  const { folder, file, backup } = await scene();
  // As a kill leaves it: copied while it is open, with its log.
  const crashed = join(folder, "crashed", "rows.db");
  mkdirSync(join(folder, "crashed"));
  for (const end of ["", "-wal"]) copyFileSync(`${file}${end}`, `${crashed}${end}`);
  const restore = await prepared(backup, crashed);
  const kept = (await restore.replace()) ?? "";
  await restore.close();
  expect(await countIn(crashed)).toBe(3);
  expect(await countIn(kept)).toBe(5);
});

test("a damaged database is replaced, and kept as it is with its log", async () => {
  const { file, backup, close } = await scene();
  await close();
  writeFileSync(file, "to be, or not to be".repeat(1000));
  writeFileSync(`${file}-wal`, "a log");
  const restore = await prepared(backup, file);
  const kept = (await restore.replace()) ?? "";
  await restore.close();
  expect(await countIn(file)).toBe(3);
  expect([readFileSync(kept, "utf8").slice(0, 5), readFileSync(`${kept}-wal`, "utf8")]).toEqual(["to be", "a log"]);
});

test("under one id the database is replaced once, whatever was written since; under another id again", async () => {
  const { folder, file, backup, close } = await scene();
  await close();
  const restore = await prepared(backup, file, "2026-07-29");
  await restore.replace();
  await restore.close();
  await add(await open(file), 4);
  await close();

  expect(await prepareRestore(backup, file, "2026-07-29")).toBeUndefined();
  expect(await countIn(file)).toBe(7);
  expect(readdirSync(folder).filter((name) => /restoring/.test(name))).toEqual([]);
  await close();

  const another = await prepared(backup, file, "2026-07-30");
  await another.replace();
  await another.close();
  expect(await countIn(file)).toBe(3);
});

test("an id is used up by what was replaced, not by a try: a whole backup may follow half a one under it", async () => {
  const { folder, file, backup, close } = await scene();
  await close();
  const half = { ...backup, file: join(folder, "rows-20260729T101500123Z.db") };
  copyFileSync(backup.file, half.file);
  await expect(prepareRestore(half, file, "lost")).rejects.toThrow("half a copy");
  // Prepared and given up, as when another of the same set is damaged.
  await (await prepared(backup, file, "lost")).close();
  expect(await countIn(file)).toBe(5);
  await close();

  const restore = await prepared(backup, file, "lost");
  await restore.replace();
  await restore.close();
  expect(await countIn(file)).toBe(3);
});

test.each(["../orders", "a/b", "", "-a", "a".repeat(64)])("%p is no id of a restore", async (id) => {
  const { file, backup, close } = await scene();
  await close();
  await expect(prepareRestore(backup, file, id)).rejects.toThrow("is no name for a restore");
});
