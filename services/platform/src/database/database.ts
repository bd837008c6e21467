import { mkdir, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Knex } from "knex";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { guardFile } from "./file-guard.ts";
import { migrate } from "./migrate.ts";
import { takeOwnership } from "./owner-lock.ts";
import { DatabaseRefused } from "./refused.ts";
import { type Connection, createCompiler, driverCode, guarded, openReaders, openWriter } from "./sqlite.ts";
import { createWriteQueue } from "./write-queue.ts";

export { DatabaseRefused } from "./refused.ts";
export { isUniqueViolation } from "./sqlite.ts";

/**
 * A service's own store: one durable writer, and readers that see the last commit.
 * The promises and their reasons: docs/adr (units of work), and docs/architecture.md.
 */
export interface Database {
  /** Its path, with links resolved. */
  readonly file: string;
  /**
   * Whether `file` still names what was opened. When it does not, writes are refused, and those that were committed
   * meanwhile are said to be unknown; when the same file is put back, they go on.
   */
  inPlace(): boolean;
  /** Reads the last commit, on connections that cannot write. Never sees an open batch. */
  readonly read: Knex;
  /**
   * Runs one unit of work in a durable transaction that it may share with others that wait; resolves after COMMIT.
   * What the unit throws rolls back the unit alone when it is a Problem, a constraint or a plain bug, in SQL too; any
   * other driver error fails the whole batch with 503 `database-unavailable`.
   * Never call a peer inside. A unit whose deadline has passed before its turn is refused with 503 `overloaded`.
   */
  write<T>(unit: (trx: Knex) => Promise<T>, options?: WriteOptions<T>): Promise<T>;
  /** The listener is told when a batch failed as a whole, so that in-process caches are dropped. */
  onReset(listener: () => void): void;
  /** Units waiting or running. */
  queueDepth(): number;
  /** Finishes what waits, checkpoints the log and lets go of the file. Once: a second call waits for the first. */
  close(): Promise<void>;
}

export interface WriteOptions<T = unknown> {
  /** On the clock of `performance.now()`, as in RequestContext. */
  readonly deadline?: number;
  /**
   * Called after COMMIT with the unit's result, before the caller goes on and in the order of the units. The place to
   * publish to a cache: what follows `await write()` may be overtaken by a later unit's.
   */
  readonly committed?: (result: T) => void;
}

/** One step of the schema: plain SQL, named `0001-what`, never edited once merged. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** The number of the oldest migration set whose code may still run on a database that has this step (default: its own). */
  readonly oldestCode?: number;
}

/**
 * Opens the store and brings its schema up to date. `url` is `sqlite:<path>`; a missing folder is made.
 * Throws DatabaseRefused: owned by another process, not a database, an edited migration, newer code, no access.
 */
export async function openDatabase(options: {
  readonly url: string;
  readonly migrations: readonly Migration[];
  /** The tables that the platform keeps in every service's store: a sequence of their own, so that both can grow. */
  readonly platformMigrations?: readonly Migration[];
  /** Units that may wait; one more is refused with 503 `overloaded`. */
  readonly queueLimit: number;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "queueDepth" | "batchSize" | "commitDuration">;
  /** How long to wait for a predecessor that is closing the file. */
  readonly ownerWaitMs?: number;
  /** Undoes the migration under way, begins no other, and throws. */
  readonly signal?: AbortSignal | undefined;
}): Promise<Database> {
  const named = fileOf(options.url);
  const folder = dirname(named);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw new DatabaseRefused(`the folder ${folder} cannot be made (${error.message}); set DATA_DIR to one that can`);
  });
  const file = await behindLinks(named);
  const owner = await takeOwnership(file, options.ownerWaitMs ?? 2000).catch((error) => {
    throw refusal(`${file}.lock`, error);
  });
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const writer = await openWriter(file);
    opened.push(writer.close);
    await migrateAll(writer, file, options);
    const guard = guardFile(file);
    const read = openReaders(file, guard);
    opened.push(() => read.destroy());
    await read.raw("SELECT 1");
    const queue = createWriteQueue({
      writer,
      reopen: () => guarded(guard, () => openWriter(file, "refuse")),
      guard,
      compiler: createCompiler(),
      limit: options.queueLimit,
      log: options.log,
      metrics: options.metrics,
    });
    let closing: Promise<void> | undefined;
    const letGo = async (): Promise<void> => {
      const last = await queue.close();
      await read.destroy();
      // Without it the log is read again at the next start; no loss.
      await last?.exec("PRAGMA wal_checkpoint(TRUNCATE)").catch((error) => {
        options.log.warn({ err: error }, "the database was not checkpointed at its close");
      });
      await last?.close();
      await owner.release();
    };
    return {
      file,
      inPlace: guard.inPlace,
      read,
      write: queue.write,
      onReset: queue.onReset,
      queueDepth: queue.depth,
      close() {
        closing ??= letGo();
        return closing;
      },
    };
  } catch (error) {
    for (const close of opened) await close();
    await owner.release();
    throw refusal(file, error);
  }
}

type Steps = Pick<Parameters<typeof openDatabase>[0], "migrations" | "platformMigrations" | "signal">;

async function migrateAll(writer: Connection, file: string, { migrations, platformMigrations = [], signal }: Steps) {
  // Interrupted, because a statement occupies its thread to its end, and the process could not even exit before.
  signal?.addEventListener("abort", writer.interrupt);
  try {
    await migrate(writer, platformMigrations, file, "platform_migrations", signal);
    await migrate(writer, migrations, file, "schema_migrations", signal);
  } finally {
    signal?.removeEventListener("abort", writer.interrupt);
  }
}

function fileOf(url: string): string {
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  if (path === undefined || path === ":memory:")
    throw new DatabaseRefused("DATABASE_URL must be sqlite:<path of a file>; no other store is supported");
  return resolve(path);
}

/** The file itself: the lock stands beside it, and one file must not have two locks because it has two names. */
export async function behindLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    return join(await realpath(dirname(file)), basename(file));
  }
}

const remedies: Readonly<Record<string, string>> = {
  SQLITE_NOTADB: "is not a database; move it away, or set DATABASE_URL or DATA_DIR to another place",
  SQLITE_CORRUPT: "is damaged; restore it from a backup",
  SQLITE_CANTOPEN: "cannot be opened; check that it is a file, and that this user may write it and its folder",
  SQLITE_READONLY: "cannot be written; check the permissions of the file and of its folder",
  SQLITE_FULL: "cannot be written, because the disk is full; make room and start again",
  SQLITE_IOERR: "cannot be read or written; check the disk",
  SQLITE_BUSY: "is being written by another program; close that and start again",
};

function refusal(file: string, error: unknown): unknown {
  const remedy = remedies[driverCode(error) ?? ""];
  return remedy === undefined ? error : new DatabaseRefused(`${file} ${remedy}`, { cause: error });
}
