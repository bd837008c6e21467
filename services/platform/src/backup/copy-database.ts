import { chmod } from "node:fs/promises";
import { dirname } from "node:path";
import type { Database } from "../database/database.ts";
import { freeBytes } from "../database/free-space.ts";
import { type Connection, openConnection } from "../database/sqlite.ts";
import { toDisk } from "./backup-folder.ts";

/** Kept free beside a copy, so that a backup does not take the room that the service needs meanwhile. */
const spareBytes = 1_048_576;

const failure = (code: string, message: string) => Object.assign(new Error(message), { code });

/**
 * Copies the database as it is at one moment between two commits, to a new file, checked and on the disk. Writers and
 * readers go on; it needs one of the threads that they share. Throws the driver's or the system's error, ENOSPC when
 * there is not room enough, AbortError when the signal ends it; what was written then is for the caller to remove.
 */
export async function copyDatabase(
  database: Pick<Database, "file" | "inPlace">,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  requireInPlace(database);
  await withConnection(database.file, signal, async (source) => {
    await requireRoom(source, dirname(target));
    await source.query("VACUUM INTO ?", [target]);
  });
  // What was opened by name might have been another file, or what is left of a deleted one.
  requireInPlace(database);
  await chmod(target, 0o600);
  await withConnection(target, signal, requireWhole);
  await toDisk(target);
}

/** Throws SQLITE_CORRUPT when a page of the database is not what it should be. */
export async function requireWhole(connection: Connection, check: "quick" | "integrity" = "quick"): Promise<void> {
  const [found] = await connection.query<Record<string, string>>(`PRAGMA ${check}_check(1)`);
  const verdict = Object.values(found ?? {})[0];
  if (verdict !== "ok") throw failure("SQLITE_CORRUPT", `The database is damaged: ${verdict}`);
}

function requireInPlace(database: Pick<Database, "inPlace">): void {
  if (!database.inPlace()) throw failure("DATABASE_VANISHED", "The database's file is not where it was opened");
}

async function requireRoom(source: Connection, folder: string): Promise<void> {
  const pragma = async (name: string) => Object.values((await source.query<object>(`PRAGMA ${name}`))[0] ?? {})[0];
  const pages = (await pragma("page_count")) - (await pragma("freelist_count"));
  const needed = pages * (await pragma("page_size"));
  if ((await freeBytes(folder)) < needed * 1.1 + spareBytes)
    throw failure("ENOSPC", `A copy needs ${needed} bytes and some to spare; the disk has not as many left`);
}

async function withConnection(
  file: string,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  signal.throwIfAborted();
  const connection = await openConnection(file, ["busy_timeout = 5000"], "refuse");
  const interrupt = () => connection.interrupt();
  signal.addEventListener("abort", interrupt);
  try {
    await work(connection);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", interrupt);
    await connection.close();
  }
}
