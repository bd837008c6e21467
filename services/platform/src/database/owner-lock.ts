import { setTimeout as delay } from "node:timers/promises";
import { DatabaseRefused } from "./refused.ts";
import { driverCode, openConnection } from "./sqlite.ts";

const tryEveryMs = 25;

/**
 * Makes this process the file's only owner, so that its caches are exact. Node has no flock; SQLite has: a second
 * database, `<file>.lock`, is held by an exclusive transaction that writes nothing. The kernel frees it on death.
 * Waits at most `waitMs` for a predecessor that is closing, then throws DatabaseRefused.
 */
export async function takeOwnership(file: string, waitMs: number): Promise<{ release(): Promise<void> }> {
  const lock = await openConnection(`${file}.lock`, ["busy_timeout = 0"]);
  const until = performance.now() + waitMs;
  for (;;) {
    try {
      await lock.exec("BEGIN EXCLUSIVE");
      return { release: lock.close };
    } catch (error) {
      if (driverCode(error) === "SQLITE_BUSY" && performance.now() < until) {
        await delay(tryEveryMs);
        continue;
      }
      await lock.close();
      if (driverCode(error) !== "SQLITE_BUSY") throw error;
      throw new DatabaseRefused(
        `${file} is in use by another process, which holds ${file}.lock; stop that one, or give this one a DATA_DIR of its own`,
      );
    }
  }
}
