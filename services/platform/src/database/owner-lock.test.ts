import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { createMetrics } from "../metrics.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { writerMigrations as migrations, startWriter, type WriterProcess } from "../testing/writer-process.ts";
import { DatabaseRefused, openDatabase } from "./database.ts";

const children: WriterProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
});
async function startOther(file: string): Promise<WriterProcess> {
  const child = await startWriter(file);
  children.push(child);
  return child;
}

const open = (file: string, ownerWaitMs: number) =>
  openDatabase({
    url: `sqlite:${file}`,
    migrations,
    queueLimit: 10,
    log: pino({ level: "silent" }),
    metrics: createMetrics("test", "0"),
    ownerWaitMs,
  });

test("a file is refused while another process owns it; after kill -9 it is free and holds all acknowledged", async () => {
  const file = join(temporaryFolder(), "rows.db");
  const owner = await startOther(file);
  const refusal = await open(file, 50).catch((error) => error);
  await owner.rows(100);
  await owner.kill();

  expect(refusal).toBeInstanceOf(DatabaseRefused);
  expect(refusal.message).toContain(`${file} is in use by another process`);
  const database = await open(file, 0);
  const ids: number[] = await database.read("rows").pluck("id");
  await database.close();
  expect(ids).toEqual(expect.arrayContaining(owner.acknowledged));
});

test("a successor waits for an owner that is closing", async () => {
  const file = join(temporaryFolder(), "rows.db");
  const owner = await startOther(file);
  const opening = open(file, 10_000);
  owner.close();
  const database = await opening;
  const ids: number[] = await database.read("rows").pluck("id");
  await database.close();
  await owner.ended;
  expect(ids).toEqual(owner.acknowledged);
});

test("a link to a file does not give it a second owner", async () => {
  const file = join(temporaryFolder(), "rows.db");
  const link = join(temporaryFolder(), "rows.db");
  symlinkSync(file, link);
  const open = (name: string) =>
    openDatabase({
      url: `sqlite:${name}`,
      migrations,
      queueLimit: 10,
      log: pino({ level: "silent" }),
      metrics: createMetrics("test", "0"),
      ownerWaitMs: 0,
    });
  const owner = await open(file);
  await expect(open(link)).rejects.toThrow(DatabaseRefused);
  await owner.close();
});
