import { createHash } from "node:crypto";
import type { Migration } from "./database.ts";
import { DatabaseRefused } from "./refused.ts";
import type { Connection } from "./sqlite.ts";

interface Applied {
  readonly name: string;
  readonly checksum: string;
  readonly oldest_code: number;
}

/**
 * Applies what is missing, in order, each migration in a transaction with its own row. Code has the number of its last
 * migration; a database that newer code has changed is accepted when each of those steps allows code as old as this,
 * so that a release can be rolled back. Throws DatabaseRefused.
 */
export async function migrate(
  writer: Connection,
  migrations: readonly Migration[],
  file: string,
  /** Where is written down what was applied: a sequence of its own has a table of its own. */
  table: "schema_migrations" | "platform_migrations" = "schema_migrations",
  signal?: AbortSignal,
): Promise<void> {
  const numbers = migrations.map(({ name }) => numberOf(name));
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0)))
    throw new Error("Migrations must be listed by rising number");
  const code = numbers.at(-1) ?? 0;

  await writer.exec(`CREATE TABLE IF NOT EXISTS ${table} (
    name TEXT PRIMARY KEY, checksum TEXT NOT NULL, oldest_code INTEGER NOT NULL, applied_at TEXT NOT NULL
  ) STRICT`);
  const rows = await writer.query<Applied>(`SELECT name, checksum, oldest_code FROM ${table} ORDER BY name`);
  const applied = new Map(rows.map((row) => [row.name, row]));

  for (const { name, oldest_code } of rows) {
    if (oldest_code > code && !migrations.some((migration) => migration.name === name))
      throw new DatabaseRefused(
        `${file} was changed by a newer version (migration ${name}), which this version (${code}) cannot work with; run version ${oldest_code} or newer, or restore a backup of before`,
      );
  }
  for (const { name, sql } of migrations) {
    const before = applied.get(name);
    if (before && before.checksum !== checksum(sql))
      throw new DatabaseRefused(
        `migration ${name} was edited after it had been applied to ${file}; restore its text, and put the change into a new migration`,
      );
  }
  for (const migration of migrations) {
    signal?.throwIfAborted();
    if (!applied.has(migration.name)) await apply(writer, migration, file, table);
  }
}

async function apply(writer: Connection, { name, sql, oldestCode }: Migration, file: string, table: string) {
  try {
    await writer.exec("BEGIN IMMEDIATE");
    await writer.exec(sql);
    await writer.query(`INSERT INTO ${table} (name, checksum, oldest_code, applied_at) VALUES (?, ?, ?, ?)`, [
      name,
      checksum(sql),
      oldestCode ?? numberOf(name),
      new Date().toISOString(),
    ]);
    await writer.exec("COMMIT");
  } catch (error) {
    await writer.exec("ROLLBACK").catch(() => {});
    throw new DatabaseRefused(
      `migration ${name} failed on ${file} and changed nothing: ${(error as Error).message}; was the file made by another program?`,
      { cause: error },
    );
  }
}

function numberOf(name: string): number {
  const digits = /^(\d{4})-./.exec(name)?.[1];
  if (digits === undefined) throw new Error(`The migration ${name} must be named like 0001-what`);
  return Number(digits);
}

/** A checkout on Windows may turn line ends; that is not an edit. */
const checksum = (sql: string): string => createHash("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex");
