import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { eventually } from "./testing/eventually.ts";
import { notesService } from "./testing/notes-service.ts";
import { startTestService } from "./testing/start.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

const moduleIn = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, path)).href);

/** Writes more than the cache holds, so that it can be seen from outside, and then never ends. */
const endless = `
  CREATE TABLE blobs (bytes BLOB);
  WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers LIMIT 5000)
    INSERT INTO blobs SELECT randomblob(1000) FROM numbers;
  WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers) SELECT count(*) FROM numbers;`;

const script = `
  import { run } from ${moduleIn("./run.ts")};
  import { notesService } from ${moduleIn("./testing/notes-service.ts")};
  await run({ ...notesService(), migrations: [{ name: "0001-endless", sql: ${JSON.stringify(endless)} }] });`;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "a service that gets %s while it migrates stops at once, and of the migration nothing is left",
  async (signal) => {
    const dataDir = temporaryFolder();
    const child = spawn(
      process.execPath,
      ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", script],
      {
        env: { ...process.env, HOST: "127.0.0.1", PORT: "0", DATA_DIR: dataDir },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    children.push(child);
    const ended = once(child, "close");
    const log = join(dataDir, "notes.db-wal");
    await eventually(() => existsSync(log) && statSync(log).size > 3_000_000);
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    const service = await startTestService(notesService(), { DATA_DIR: dataDir });
    expect((await service.call("GET", "/notes")).body).toEqual([]);
    await service.stop();
  },
);
