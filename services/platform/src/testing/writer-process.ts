import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

/** What a writing process makes of its file: rows of about 500 bytes. */
export const writerMigrations = [
  { name: "0001-rows", sql: "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT) STRICT" },
];

/** Opens the file, writes rows without end, `writers` at once, and prints the id of each that was acknowledged. */
const program = (file: string, writers: number) => `
  import { openDatabase } from "${pathToFileURL(join(import.meta.dirname, "../database/database.ts"))}";
  import { createMetrics } from "${pathToFileURL(join(import.meta.dirname, "../metrics.ts"))}";
  const database = await openDatabase({
    url: ${JSON.stringify(`sqlite:${file}`)}, migrations: ${JSON.stringify(writerMigrations)},
    queueLimit: 100, log: console, metrics: createMetrics("test", "0"),
  });
  let closing = false;
  process.stdin.once("data", () => { closing = true; });
  await Promise.all(Array.from({ length: ${writers} }, async () => {
    while (!closing) {
      const [id] = await database.write((trx) => trx("rows").insert({ text: "x".repeat(500) }));
      process.stdout.write(id + "\\n");
    }
  }));
  await database.close();
  process.exit(0);`;

export type WriterProcess = Awaited<ReturnType<typeof startWriter>>;

/** Another process that owns the file and writes, once it has begun. The test kills it or lets it close. */
export async function startWriter(file: string, writers = 1) {
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", program(file, writers)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const acknowledged: number[] = [];
  const lines = createInterface(child.stdout).on("line", (line) => acknowledged.push(Number(line)));
  const ended = once(child, "close");
  await Promise.race([once(lines, "line"), ended]);
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
