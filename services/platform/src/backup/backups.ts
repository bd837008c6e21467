import type { Database } from "../database/database.ts";
import type { Logger } from "../log.ts";
import { Gauge, type Metrics } from "../metrics.ts";
import { type BackupFailure, failureOf } from "./backup-failure.ts";
import { backupIdOf, beginningOf, createBackupFolder, type StoredBackup } from "./backup-folder.ts";
import { sha256Of } from "./checksum.ts";
import { copyDatabase } from "./copy-database.ts";

/** A backup under way, one that failed since the service started, or one that is whole on the disk. */
export type Backup =
  | { readonly status: "running"; readonly id: string }
  | { readonly status: "failed"; readonly id: string; readonly finishedAt: number; readonly failure: BackupFailure }
  | ({ readonly status: "done" } & StoredBackup);

export type Backups = ReturnType<typeof createBackups>;

const rememberedFailures = 20;

/** Copies of one database in a folder, the newest `keep` of them. One is made at a time. */
export function createBackups(options: {
  readonly database: Pick<Database, "file" | "inPlace">;
  /** What its files are named by. */
  readonly name: string;
  readonly folder: string;
  readonly keep: number;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "registry">;
}) {
  const { database, log } = options;
  const folder = createBackupFolder(options.folder, options.name);
  const ending = new AbortController();
  const failed: Extract<Backup, { status: "failed" }>[] = [];
  let running: { readonly id: string; readonly end: Promise<void> } | undefined;
  let lastId = "";

  const lastSuccess = new Gauge({
    name: "backup_last_success_timestamp_seconds",
    help: "When the newest whole backup was begun: all that was acknowledged before is in it; 0 when there is none",
    registers: [options.metrics.registry],
  });
  /** What a run that was cut off left behind must not keep the disk full until the next one. */
  const tidied = folder
    .tidy()
    .then(folder.list)
    .then(([newest]) => newest && lastSuccess.set(beginningOf(newest.id) / 1000))
    .catch((error) => log.warn({ err: error }, "the folder of backups could not be tidied"));

  async function run(id: string): Promise<void> {
    const part = folder.partOf(id);
    try {
      await tidied;
      await folder.prepare();
      await copyDatabase(database, part, ending.signal);
      await folder.publish(id, await sha256Of(part, ending.signal));
    } catch (error) {
      failed.unshift({ status: "failed", id, finishedAt: Date.now(), failure: failureOf(error) });
      failed.splice(rememberedFailures);
      log.error({ err: error, backup: id }, "a backup failed");
      await folder.tidy().catch((fault) => log.warn({ err: fault, part }, "a part of a backup could not be removed"));
      return;
    }
    log.info({ backup: id }, "a backup was made");
    lastSuccess.set(beginningOf(id) / 1000);
    try {
      const others = await folder.rotate(options.keep, id);
      if (others > 0)
        log.warn({ others }, "backups of an earlier database are there, and stay until somebody removes them");
    } catch (error) {
      log.warn({ err: error }, "old backups could not be removed");
    }
  }

  return {
    /** Begins a backup, or answers with the one under way. */
    start(): Backup {
      if (running) return { status: "running", id: running.id };
      // Also when the clock stands still or was set back: no two have one name.
      let at = Date.now();
      while (backupIdOf(at) <= lastId) at = beginningOf(lastId) + 1;
      const id = backupIdOf(at);
      lastId = id;
      const end = run(id).finally(() => {
        running = undefined;
      });
      running = { id, end };
      return { status: "running", id };
    },

    async find(id: string): Promise<Backup | undefined> {
      if (running?.id === id) return { status: "running", id };
      const failure = failed.find((backup) => backup.id === id);
      if (failure) return failure;
      const stored = await folder.find(id);
      return stored && { status: "done", ...stored };
    },

    /** Newest first. */
    async list(): Promise<Backup[]> {
      const done = (await folder.list()).map((backup): Backup => ({ status: "done", ...backup }));
      const underWay: Backup[] = running ? [{ status: "running", id: running.id }] : [];
      const ids = new Set(underWay.map(({ id }) => id));
      return [...underWay, ...failed, ...done.filter(({ id }) => !ids.has(id))].sort((a, b) => (a.id < b.id ? 1 : -1));
    },

    /** Ends the backup under way, which fails, and waits until its part is removed. */
    async stop(): Promise<void> {
      ending.abort();
      await tidied;
      await running?.end;
    },
  };
}
