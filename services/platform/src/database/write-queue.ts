import type { Knex } from "knex";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { databaseUnavailable, overloaded } from "../problem.ts";
import type { WriteOptions } from "./database.ts";
import type { FileGuard } from "./file-guard.ts";
import type { Connection } from "./sqlite.ts";
import { openUnit } from "./unit.ts";

const batchAtMost = 64;

interface Entry {
  readonly unit: (trx: Knex) => Promise<unknown>;
  readonly options: WriteOptions<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** How a unit ended inside its batch; told to its caller once the batch is committed. */
type Outcome = { readonly entry: Entry } & ({ readonly result: unknown } | { readonly refused: unknown });

/**
 * Group commit: units that wait share a transaction, in order, each undone alone when it fails alone. A unit that
 * arrives while the batch runs joins it; one that arrives while it commits waits for the next. All are answered after
 * COMMIT, the refused ones too: what they read may have been another's, not committed yet.
 */
export function createWriteQueue(options: {
  readonly writer: Connection;
  /** After a batch that failed as a whole: a fresh connection. */
  readonly reopen: () => Promise<Connection>;
  /** Asked before a batch and, before its units are answered, whether they were committed to a file that is still there. */
  readonly guard: FileGuard;
  readonly compiler: Knex;
  readonly limit: number;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "queueDepth" | "batchSize" | "commitDuration">;
}) {
  const { log, metrics } = options;
  const waiting: Entry[] = [];
  const listeners: (() => void)[] = [];
  let connection: Connection | undefined = options.writer;
  let broken = false;
  let running = 0;
  let working: Promise<void> | undefined;
  let closed = false;

  function nextDue(): Entry | undefined {
    for (;;) {
      const entry = waiting.shift();
      if (!entry || (entry.options.deadline ?? Infinity) > performance.now()) return entry;
      entry.reject(overloaded("The time for this request was up before its turn came; nothing was done."));
    }
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await runBatch();
      running = 0;
      metrics.queueDepth.set(waiting.length);
    }
    working = undefined;
  }

  async function runBatch(): Promise<void> {
    const outcomes: Outcome[] = [];
    let committing = false;
    let writer: Connection;
    try {
      options.guard.require();
      if (broken) await letGo();
      connection ??= await options.reopen();
      writer = connection;
      await writer.exec("BEGIN IMMEDIATE");
    } catch (fault) {
      const refused = waiting.splice(0).map((entry) => ({ entry, refused: undefined }));
      return fail(fault, refused, false);
    }
    let entry: Entry | undefined;
    try {
      // The first unit needs no savepoint: its failure undoes the transaction. After ROLLBACK TO it serves the next one.
      let savepoint: "none" | "used" | "fresh" = "none";
      while (outcomes.length < batchAtMost) {
        entry = nextDue();
        if (!entry) break;
        running = outcomes.length + 1;
        if (outcomes.length > 0) {
          if (savepoint === "none") await writer.exec("SAVEPOINT unit");
          if (savepoint === "used") await writer.exec("RELEASE unit; SAVEPOINT unit");
          savepoint = "used";
        }
        const outcome = await runUnit(writer, entry);
        outcomes.push(outcome);
        entry = undefined;
        if ("result" in outcome) continue;
        if (savepoint === "none") {
          await writer.exec("ROLLBACK");
          return publish(outcomes);
        }
        await writer.exec("ROLLBACK TO unit");
        savepoint = "fresh";
      }
      committing = true;
      const started = performance.now();
      await writer.exec("COMMIT");
      metrics.commitDuration.observe((performance.now() - started) / 1000);
      options.guard.require();
    } catch (fault) {
      if (entry) outcomes.push({ entry, refused: undefined });
      return fail(fault, outcomes, committing);
    }
    metrics.batchSize.observe(outcomes.length);
    publish(outcomes);
  }

  /** Throws only what ends the batch. */
  async function runUnit(writer: Connection, entry: Entry): Promise<Outcome> {
    const unit = openUnit(options.compiler, writer);
    let outcome: Outcome;
    try {
      outcome = { entry, result: await entry.unit(unit.trx) };
    } catch (error) {
      outcome = { entry, refused: error };
    }
    const fault = await unit.end();
    if (fault !== undefined) throw fault;
    return outcome;
  }

  function publish(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      if ("refused" in outcome) {
        outcome.entry.reject(outcome.refused);
        continue;
      }
      try {
        outcome.entry.options.committed?.(outcome.result);
      } catch (error) {
        log.error({ err: error }, "what a unit does after its commit failed; caches are dropped");
        reset();
      }
      outcome.entry.resolve(outcome.result);
    }
  }

  function reset(): void {
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        log.error({ err: error }, "a cache could not be dropped");
      }
    }
  }

  /** Ends a batch that the driver let down. The connection's state is not known any more, so that it is not used again. */
  async function fail(fault: unknown, outcomes: readonly Outcome[], committing: boolean): Promise<void> {
    log.error({ err: fault, units: outcomes.length, committing }, "a batch of writes failed; its units are told so");
    await connection?.exec("ROLLBACK").catch(() => {});
    broken = true;
    // The last connection to a log that was deleted is all that still holds what was committed: a stop saves it.
    if (options.guard.inPlace()) await letGo();
    reset();
    for (const outcome of outcomes)
      outcome.entry.reject(databaseUnavailable(committing && "result" in outcome ? "unknown" : "none"));
  }

  async function letGo(): Promise<void> {
    const old = connection;
    connection = undefined;
    broken = false;
    await old?.close().catch((error) => log.error({ err: error }, "the writer's connection could not be closed"));
  }

  return {
    write<T>(unit: (trx: Knex) => Promise<T>, writeOptions: WriteOptions<T> = {}): Promise<T> {
      if (closed) return Promise.reject(databaseUnavailable());
      if (waiting.length >= options.limit) return Promise.reject(overloaded());
      return new Promise((resolve, reject) => {
        waiting.push({
          unit,
          options: writeOptions as WriteOptions<unknown>,
          resolve: resolve as Entry["resolve"],
          reject,
        });
        metrics.queueDepth.set(waiting.length);
        working ??= work();
      });
    },
    onReset: (listener: () => void): void => void listeners.push(listener),
    /** Units waiting or running. */
    depth: (): number => waiting.length + running,
    /** Finishes what waits, refuses what comes, and gives back the connection when there is one. */
    async close(): Promise<Connection | undefined> {
      closed = true;
      await working;
      return connection;
    },
  };
}
