import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase } from "../testing/open-test-database.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import type { Database } from "./database.ts";

const migrations = [{ name: "0001-rows", sql: "CREATE TABLE rows (id INTEGER PRIMARY KEY) STRICT" }];

const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

async function open(file = join(temporaryFolder(), "rows.db")) {
  const database = await openTestDatabase(migrations, file);
  opened.push(database);
  const add = (id: number) => database.write((trx) => trx("rows").insert({ id }));
  return { file, database, add };
}

const ids = (database: Database): Promise<number[]> => database.read("rows").orderBy("id").pluck("id");
const refused = (outcome: "none" | "unknown") => ({ code: "database-unavailable", status: 503, members: { outcome } });

test("a file that was moved away takes no writes, no other begins in its place, and put back it goes on", async () => {
  const { file, database, add } = await open();
  await add(1);
  renameSync(file, `${file}.away`);
  await expect(add(2)).rejects.toMatchObject(refused("none"));
  await expect(add(3)).rejects.toMatchObject(refused("none"));
  // More at once than there are readers: those that are opened now must not make a file.
  await Promise.allSettled(Array.from({ length: 8 }, () => ids(database)));
  expect([database.inPlace(), existsSync(file)]).toEqual([false, false]);

  renameSync(`${file}.away`, file);
  await add(4);
  expect(database.inPlace()).toBe(true);
  expect(await ids(database)).toEqual([1, 4]);
});

test("a file that vanishes before its COMMIT: the outcome is said to be unknown, not acknowledged", async () => {
  const { file, database } = await open();
  const cut = database.write(async (trx) => {
    await trx("rows").insert({ id: 1 });
    rmSync(file);
  });
  await expect(cut).rejects.toMatchObject(refused("unknown"));
});

test("a file put in its place is neither written nor taken for the one that was opened", async () => {
  const { file, add } = await open();
  await add(1);
  rmSync(file);
  writeFileSync(file, "");
  await expect(add(2)).rejects.toMatchObject(refused("none"));
  expect(statSync(file).size).toBe(0);
});

test("a log that was deleted takes no writes, and a stop saves what was acknowledged in it", async () => {
  const { file, database, add } = await open();
  await add(1);
  rmSync(`${file}-wal`);
  await expect(add(2)).rejects.toMatchObject(refused("none"));
  await database.close();
  opened.length = 0;
  const again = await open(file);
  expect(await ids(again.database)).toEqual([1]);
});
