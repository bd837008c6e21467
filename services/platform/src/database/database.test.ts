import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLogger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { closeNotes, gate, openNotes } from "../testing/open-notes.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { DatabaseRefused, openDatabase } from "./database.ts";

afterEach(closeNotes);

test("a COMMIT is on the disk when it answers, references hold, and readers cannot write", async () => {
  const { database } = await openNotes();
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

test("close finishes what waits, refuses what comes, empties the log and frees the file", async () => {
  const { file, database, add } = await openNotes();
  const held = gate(database);
  const waiting = add("waiting");
  const closing = database.close();
  await expect(add("too late")).rejects.toMatchObject({ code: "database-unavailable" });
  held.open();
  await Promise.all([waiting, closing]);
  expect(existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0).toBe(0);
  const again = await openNotes({ file });
  expect(await again.texts()).toEqual(["waiting"]);
});

test("closed twice it is closed once, and the second call waits for the first", async () => {
  const { file, database, add } = await openNotes();
  const held = gate(database);
  const waiting = add("waiting");
  const closings = [database.close(), database.close()];
  held.open();
  await Promise.all([waiting, ...closings]);
  await database.close();
  expect(await (await openNotes({ file })).texts()).toEqual(["waiting"]);
});

test("a missing folder is made", async () => {
  const { add, texts } = await openNotes({ file: join(temporaryFolder(), "new", "folder", "notes.db") });
  await add("a");
  expect(await texts()).toEqual(["a"]);
});

test.each([
  ["is not a database", (file: string) => writeFileSync(file, "to be, or not to be".repeat(100))],
  ["is not a database", (file: string) => writeFileSync(file, "short")],
  ["cannot be opened", (file: string) => mkdirSync(file)],
  ["in use", (file: string) => openNotes({ file })],
])("a file that %s is refused by name, and let go of", async (reason, prepare) => {
  const file = join(temporaryFolder(), "notes.db");
  await prepare(file);
  const refusal = await openNotes({ file }).catch((error) => error);
  expect(refusal).toBeInstanceOf(DatabaseRefused);
  expect(refusal.message).toContain(reason);
  expect(refusal.message).toContain(file);
});

test("a folder that cannot be made is refused by name", async () => {
  const plain = join(temporaryFolder(), "plain");
  writeFileSync(plain, "");
  await expect(openNotes({ file: join(plain, "data", "notes.db") })).rejects.toThrow(join(plain, "data"));
});

test.each(["postgres://localhost/shop", "sqlite:", "sqlite::memory:"])("%s is refused", async (url) => {
  const options = { url, migrations: [], queueLimit: 1, log: createLogger("test", "silent") };
  await expect(openDatabase({ ...options, metrics: createMetrics("test", "0") })).rejects.toThrow("sqlite:<path");
});
