import { join } from "node:path";
import { type Database, type Migration, openDatabase } from "../database/database.ts";
import { createLogger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { platformMigrations } from "../platform-migrations.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A store without a service around it, in a new folder unless a file is given. The test closes it. */
export const openTestDatabase = (
  migrations: readonly Migration[],
  file = join(temporaryFolder(), "test.db"),
): Promise<Database> =>
  openDatabase({
    url: `sqlite:${file}`,
    migrations,
    platformMigrations,
    queueLimit: 2048,
    log: createLogger("test", "silent"),
    metrics: createMetrics("test", "0"),
  });
