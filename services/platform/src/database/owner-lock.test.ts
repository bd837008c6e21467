import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { pino } from "pino";
import { createMetrics } from "../metrics.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { DatabaseRefused, openDatabase } from "./database.ts";

/** Another process that opens the file, writes rows without end and prints the id of each that was acknowledged. */
const other = (file: string) => `
  import { openDatabase } from "${pathToFileURL(join(import.meta.dirname, "database.ts"))}";
  import { createMetrics } from "${pathToFileURL(join(import.meta.dirname, "../metrics.ts"))}";
  const database = await openDatabase({
    url: ${JSON.stringify(`sqlite:${file}`)}, migrations: ${JSON.stringify(migrations)},
    queueLimit: 10, log: console, metrics: createMetrics("test", "0"),
  });
  let closing = false;
  process.stdin.once("data", () => { closing = true; });
  while (!closing) {
    const [id] = await database.write((trx) => trx("rows").insert({ text: "x".repeat(500) }));
    process.stdout.write(id + "\\n");
  }
  await database.close();
  process.exit(0);`;

const migrations = [{ name: "0001-rows", sql: "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT) STRICT" }];

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function startOther(file: string) {
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", other(file)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const acknowledged: number[] = [];
  const lines = createInterface(child.stdout).on("line", (line) => acknowledged.push(Number(line)));
  await once(lines, "line");
  const ended = once(child, "close");
  children.push(child);
  return {
    acknowledged,
    /** Until so many rows were acknowledged. */
    async rows(count: number): Promise<void> {
      while (acknowledged.length < count) await once(lines, "line");
    },
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await ended;
    },
    close: (): void => void child.stdin.write("close\n"),
    ended,
  };
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
