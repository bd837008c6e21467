import { existsSync } from "node:fs";
import sqlite3 from "sqlite3";

export type Row = Readonly<Record<string, string | number | null>>;

/** A database file, read past the service that owns it. */
export interface DatabaseFile {
  all<T = Row>(sql: string): Promise<readonly T[]>;
  close(): Promise<void>;
}

/** Opens a file for reading; undefined when nobody has made it yet. What a killed process left in its log is read too. */
export async function openFile(file: string): Promise<DatabaseFile | undefined> {
  if (!existsSync(file)) return undefined;
  const driver = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opening = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (error) =>
      error ? reject(error) : resolve(opening),
    );
  });
  driver.configure("busyTimeout", 5000);
  return {
    all: <T>(sql: string) =>
      new Promise<readonly T[]>((resolve, reject) => {
        driver.all(sql, (error: Error | null, rows: T[]) => (error ? reject(error) : resolve(rows)));
      }),
    close: () =>
      new Promise((resolve, reject) => {
        driver.close((error) => (error ? reject(error) : resolve()));
      }),
  };
}

/** Reads with a connection of its own and closes it; undefined when the file, or a table in it, is not made yet. */
export async function readFile<T>(file: string, read: (database: DatabaseFile) => Promise<T>): Promise<T | undefined> {
  const database = await openFile(file);
  if (!database) return undefined;
  try {
    return await read(database);
  } catch (error) {
    if (/no such table/.test((error as Error).message)) return undefined;
    throw error;
  } finally {
    await database.close();
  }
}

/** What SQLite's own check says of a file; empty when it is sound. `whole` also compares tables with their indexes. */
export async function damageOf(file: string, whole: boolean): Promise<readonly string[]> {
  const check = whole ? "integrity_check" : "quick_check";
  try {
    const rows = await readFile(file, (database) => database.all<Record<string, string>>(`PRAGMA ${check}`));
    return (rows ?? []).flatMap((row) => Object.values(row)).filter((words) => words !== "ok");
  } catch (error) {
    return [(error as Error).message];
  }
}
