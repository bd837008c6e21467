import { join } from "node:path";
import { type Database, Gauge, Histogram, type Logger, openDatabase, platformMigrations } from "@shop/platform";
import { ledgerMigrations } from "./ledger.ts";

/** Opens `<folder>/provider.db`. Its figures are kept apart from those of the service's own database. */
export function openLedger(options: { folder: string; queueLimit: number; log: Logger }): Promise<Database> {
  const unpublished = { help: "The simulated provider's ledger", registers: [] };
  return openDatabase({
    url: `sqlite:${join(options.folder, "provider.db")}`,
    migrations: ledgerMigrations,
    // The same file as that of the provider as a process of its own, which has these.
    platformMigrations,
    queueLimit: options.queueLimit,
    log: options.log,
    metrics: {
      queueDepth: new Gauge({ name: "ledger_queue_depth", ...unpublished }),
      batchSize: new Histogram({ name: "ledger_batch_size", ...unpublished }),
      commitDuration: new Histogram({ name: "ledger_commit_duration_seconds", ...unpublished }),
    },
  });
}
