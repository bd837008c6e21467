import type { Knex } from "knex";

/**
 * A service's own store: one durable writer, and readers that see the last commit.
 * The promises and their reasons: docs/adr (units of work), and docs/architecture.md.
 */
export interface Database {
  /** Reads the last commit, on connections that cannot write. Never sees an open batch. */
  readonly read: Knex;
  /**
   * Runs one unit of work in a durable transaction that it may share with others that wait; resolves after COMMIT.
   * What the unit throws rolls back the unit alone when it is a Problem, a constraint or a plain bug; any other driver
   * error fails the whole batch with 503 `database-unavailable`.
   * Never call a peer inside. A unit whose deadline has passed before its turn is refused with 503 `overloaded`.
   */
  write<T>(unit: (trx: Knex) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** The listener is told when a batch failed as a whole, so that in-process caches are dropped. */
  onReset(listener: () => void): void;
  /** Units waiting or running. */
  queueDepth(): number;
  /** Finishes what waits, checkpoints the log and lets go of the file. */
  close(): Promise<void>;
}

export interface WriteOptions {
  /** On the clock of `performance.now()`, as in RequestContext. */
  readonly deadline?: number;
}

/** One step of the schema: plain SQL, named `0001-what`, never edited once merged. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** The number of the oldest migration set whose code may still run on a database that has this step (default: its own). */
  readonly oldestCode?: number;
}
