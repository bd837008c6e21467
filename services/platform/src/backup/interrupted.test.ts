import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { pino } from "pino";
import { createMetrics } from "../metrics.ts";
import { openTestDatabase } from "../testing/open-test-database.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { createBackups } from "./backups.ts";

const migrations = [{ name: "0001-rows", sql: "CREATE TABLE rows (id INTEGER PRIMARY KEY, text BLOB) STRICT" }];
const moduleOf = (path: string) => pathToFileURL(join(import.meta.dirname, path)).href;

/** Begins a backup as soon as it has its database open, and never gets further than its copy, which is looked at after it. */
const program = (file: string, folder: string) => `
  import { createBackups } from "${moduleOf("backups.ts")}";
  import { createMetrics } from "${moduleOf("../metrics.ts")}";
  import { openTestDatabase } from "${moduleOf("../testing/open-test-database.ts")}";
  const database = await openTestDatabase(${JSON.stringify(migrations)}, ${JSON.stringify(file)});
  let looks = 0;
  const inPlace = () => {
    looks += 1;
    if (looks > 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return database.inPlace();
  };
  const options = { name: "rows", folder: ${JSON.stringify(folder)}, keep: 3, log: console };
  createBackups({ ...options, database: { file: database.file, inPlace }, metrics: createMetrics("test", "0") }).start();`;

test("kill -9 in the middle of a backup leaves nothing that looks whole, and the next start removes it", async () => {
  const file = join(temporaryFolder(), "rows.db");
  const folder = join(temporaryFolder(), "backups");
  const filled = await openTestDatabase(migrations, file);
  for (let i = 0; i < 40; i++)
    await filled.write((trx) => trx.raw("INSERT INTO rows (text) VALUES (zeroblob(2000000))"));
  await filled.close();

  const args = ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", program(file, folder)];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const ended = once(child, "close");
  while (!existsSync(folder) || readdirSync(folder).length === 0) await setImmediate();
  child.kill("SIGKILL");
  await ended;
  const left = readdirSync(folder);
  expect(left.filter((name) => name.endsWith(".db"))).toEqual([]);
  expect(left.some((name) => name.endsWith(".db.part"))).toBe(true);

  const database = await openTestDatabase(migrations, file);
  const options = { database, name: "rows", folder, keep: 3, log: pino({ level: "silent" }) };
  const backups = createBackups({ ...options, metrics: createMetrics("test", "0") });
  expect(await backups.list()).toEqual([]);
  await backups.stop();
  await database.close();
  expect(readdirSync(folder)).toEqual([]);
});
