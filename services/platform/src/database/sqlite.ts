import knex from "knex";
import sqlite3 from "sqlite3";
import { databaseUnavailable, overloaded } from "../problem.ts";
import type { FileGuard } from "./file-guard.ts";
import { DatabaseRefused } from "./refused.ts";

/**
 * The one file that names the driver (node-sqlite3). `run` and `all` take a callback because knex's SQLite dialect calls
 * a connection so, and reads `lastID` and `changes` from the callback's `this`.
 */
export interface Connection {
  run(sql: string, bindings: readonly unknown[] | undefined, done: Done): void;
  all(sql: string, bindings: readonly unknown[] | undefined, done: Done): void;
  /** The rows of one statement. */
  query<Row>(sql: string, bindings?: readonly unknown[]): Promise<Row[]>;
  /** Runs any number of statements in one trip to the thread pool; not prepared, so for control statements and scripts. */
  exec(sql: string): Promise<void>;
  /** Ends the statement under way with SQLITE_INTERRUPT. */
  interrupt(): void;
  close(): Promise<void>;
}

export type Done = (this: unknown, error: Error | null, rows?: unknown) => void;

/** Multi-row inserts have a text for each number of rows, so that the texts are many but not without end. */
const preparedAtMost = 256;

const existing = sqlite3.OPEN_READWRITE | sqlite3.OPEN_FULLMUTEX;
const made = existing | sqlite3.OPEN_CREATE;

/**
 * Opens a file and sets its pragmas. Each statement is prepared once and kept: half the trips. Only `create` makes a
 * missing file, so that one that vanished is not taken for an empty one.
 */
export async function openConnection(
  file: string,
  pragmas: readonly string[],
  missing: "create" | "refuse" = "create",
): Promise<Connection> {
  const driver = await new Promise<sqlite3.Database>((resolve, reject) => {
    const mode = missing === "create" ? made : existing;
    const opening = new sqlite3.Database(file, mode, (error) => (error ? reject(error) : resolve(opening)));
  });
  const prepared = new Map<string, sqlite3.Statement>();

  const withStatement = (sql: string, done: Done, use: (statement: sqlite3.Statement) => void): void => {
    const known = prepared.get(sql);
    if (known) {
      prepared.delete(sql);
      prepared.set(sql, known);
      use(known);
      return;
    }
    const statement = driver.prepare(sql, (error: Error | null) => {
      if (error) return done.call(statement, error);
      const [oldestSql, oldest] = prepared.size < preparedAtMost ? [] : (prepared.entries().next().value ?? []);
      if (oldestSql !== undefined) prepared.delete(oldestSql);
      oldest?.finalize();
      prepared.get(sql)?.finalize();
      prepared.set(sql, statement);
      use(statement);
    });
  };

  const connection: Connection = {
    run: (sql, bindings, done) => withStatement(sql, done, (statement) => statement.run(bindings ?? [], done)),
    all: (sql, bindings, done) => withStatement(sql, done, (statement) => statement.all(bindings ?? [], done)),
    query: <Row>(sql: string, bindings?: readonly unknown[]) =>
      new Promise<Row[]>((resolve, reject) => {
        connection.all(sql, bindings, (error, rows) => (error ? reject(error) : resolve(rows as Row[])));
      }),
    exec: (sql) =>
      new Promise((resolve, reject) => {
        driver.exec(sql, (error) => (error ? reject(error) : resolve()));
      }),
    interrupt: () => driver.interrupt(),
    close: () => {
      // SQLite does not close a connection that has a statement left.
      for (const statement of prepared.values()) statement.finalize();
      prepared.clear();
      return new Promise((resolve, reject) => {
        driver.close((error) => (error ? reject(error) : resolve()));
      });
    },
  };
  try {
    await connection.exec(pragmas.map((pragma) => `PRAGMA ${pragma};`).join("\n"));
  } catch (error) {
    await connection.close().catch(() => {});
    throw error;
  }
  return connection;
}

/**
 * The one writing connection. Durable: a COMMIT is on the disk when it answers. Savepoints spill to memory, not to
 * temporary files, so that a full disk is met in one place only.
 */
export async function openWriter(file: string, missing: "create" | "refuse" = "create"): Promise<Connection> {
  const pragmas = [
    "busy_timeout = 5000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "journal_size_limit = 67108864",
  ];
  const writer = await openConnection(file, pragmas, missing);
  const [mode] = await writer.query<{ journal_mode: string }>("PRAGMA journal_mode");
  if (mode?.journal_mode === "wal") return writer;
  await writer.close();
  throw new DatabaseRefused(
    `${file} is on a file system without write-ahead logging (a network share?); use a local disk`,
  );
}

/** A connection to the file that the guard knows, and to no other that came in its place meanwhile. */
export async function guarded(guard: FileGuard, open: () => Promise<Connection>): Promise<Connection> {
  guard.require();
  const connection = await open();
  try {
    guard.require();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

const quiet = { warn() {}, error() {}, debug() {}, deprecate() {} };

/** A knex that compiles SQL but owns no connection. Bindings stay out of error messages: they may hold personal data. */
export const createCompiler = () =>
  knex({ client: "sqlite3", useNullAsDefault: true, compileSqlOnError: false, log: quiet });

/** A pool of connections that cannot write. Three, so that of Node's four pool threads one is left for the writer. */
export function openReaders(file: string, guard: FileGuard) {
  const readers = knex({
    client: "sqlite3",
    connection: { filename: file },
    useNullAsDefault: true,
    compileSqlOnError: false,
    log: quiet,
    pool: { min: 1, max: 3 },
    acquireConnectionTimeout: 5000,
  });
  readers.client.acquireRawConnection = () =>
    guarded(guard, () => openConnection(file, ["busy_timeout = 5000", "query_only = ON"], "refuse"));
  readers.client.destroyRawConnection = (connection: Connection) => connection.close();
  return readers;
}

/** The driver's name of an error (`SQLITE_FULL`), wherever it was caught; undefined when it is not the driver's. */
export function driverCode(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" && code.startsWith("SQLITE_") ? code : undefined;
}

export const isConstraint = (error: unknown): boolean => driverCode(error) === "SQLITE_CONSTRAINT";

const statementFaults = new Set([
  "SQLITE_CONSTRAINT",
  "SQLITE_ERROR",
  "SQLITE_MISMATCH",
  "SQLITE_TOOBIG",
  "SQLITE_RANGE",
]);

/**
 * Whether an error tells of the statement and not of the store: a constraint, or a mistake in the SQL or its values.
 * After one of these SQLite keeps the transaction, so that the unit alone can be undone (sqlite.org/lang_transaction).
 */
export const isOwnFault = (error: unknown): boolean => statementFaults.has(driverCode(error) ?? "");

/** A second row under a key that is taken (UNIQUE or PRIMARY KEY). */
export function isUniqueViolation(error: unknown): boolean {
  // The driver's own words are the last part: knex puts the statement before them.
  return isConstraint(error) && /SQLITE_CONSTRAINT: UNIQUE constraint failed: [^:]*$/.test((error as Error).message);
}

const passing = new Set([
  "SQLITE_FULL",
  "SQLITE_IOERR",
  "SQLITE_CANTOPEN",
  "SQLITE_READONLY",
  "SQLITE_CORRUPT",
  "SQLITE_NOTADB",
  "SQLITE_BUSY",
]);

/** The store's own troubles as 503: `database-unavailable`, or `overloaded` when all readers stayed busy. Others as they are. */
export function translateDriverError(error: unknown): unknown {
  if (error instanceof knex.KnexTimeoutError) return overloaded();
  return passing.has(driverCode(error) ?? "") ? databaseUnavailable() : error;
}
