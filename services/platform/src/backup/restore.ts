import { chown, copyFile, link, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { behindLinks } from "../database/database.ts";
import { takeOwnership } from "../database/owner-lock.ts";
import { driverCode, openConnection } from "../database/sqlite.ts";
import { backupIdOf, readBackupName, toDisk } from "./backup-folder.ts";
import { birthOf } from "./birth.ts";
import { readChecksum, sha256Of } from "./checksum.ts";
import { requireWhole } from "./copy-database.ts";

export { beginningOf } from "./backup-folder.ts";

/** One backup, and the database that it is a copy of. */
export interface Restorable {
  readonly file: string;
  readonly database: string;
  readonly id: string;
}

/** A backup that was checked and stands ready beside the database that it shall replace, which nobody else can open. */
export interface PreparedRestore {
  /** Replaces the database; answers with the file under which the replaced one is kept, if there was one. */
  replace(): Promise<string | undefined>;
  /** Lets go of the database. What was not put in place is removed. */
  close(): Promise<void>;
}

/** Why a restore will not go on; its message is for the person who asked for it. */
export class RestoreRefused extends Error {
  override readonly name = "Refusal";
}

/**
 * The backups that a path means: itself, or of each database the newest one in the folder. Throws RestoreRefused when it
 * means none, and when the newest is of a database that was begun anew after others of the same name were made: which of
 * the two is meant only a person knows.
 */
export async function findBackups(path: string): Promise<Restorable[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new RestoreRefused(`There is no ${path}.${await backupsBeside(path)}`);
  const [folder, names] = found.isDirectory() ? [path, await readdir(path)] : [dirname(path), [basename(path)]];
  const all = new Map<string, Restorable[]>();
  for (const name of names.sort().reverse()) {
    const backup = readBackupName(name);
    if (backup)
      all.set(backup.database, [...(all.get(backup.database) ?? []), { ...backup, file: join(folder, name) }]);
  }
  if (all.size === 0) throw new RestoreRefused(`${path} is not a backup and holds none.`);
  return Promise.all([...all.values()].map(newestOf));
}

/** The newest backups where one was looked for in vain, of the same database if it says one, as a sentence. */
async function backupsBeside(path: string): Promise<string> {
  const all = (await readdir(dirname(path)).catch(() => [])).filter(readBackupName).sort().reverse();
  const same = all.filter((name) => basename(path).startsWith(`${readBackupName(name)?.database}-`));
  const newest = (same.length > 0 ? same : all).slice(0, 10);
  return newest.length === 0 ? "" : ` The newest are: ${newest.join(", ")}.`;
}

async function newestOf([newest, ...older]: readonly Restorable[]): Promise<Restorable> {
  if (newest === undefined) throw new Error("No backup was given");
  const birth = await birthOf(newest.file);
  for (const backup of older) {
    const other = await birthOf(backup.file);
    if (birth === undefined || other === undefined || other >= birth) continue;
    throw new RestoreRefused(
      `${newest.file} is of a database that was begun anew on ${birth}; ${basename(backup.file)} is the newest of the one before. Name the file that shall be put back.`,
    );
  }
  return newest;
}

/** What a restore may be called: part of a file's name, and a label in Kubernetes. */
const restoreIdForm = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/**
 * Copies a backup beside `target` and checks it: its checksum, then every page. Takes the database's owner lock first, so
 * that no service has it open. Throws RestoreRefused or DatabaseRefused; nothing was replaced then.
 * With a `restoreId`, the database is replaced once under it, and undefined is the answer ever after.
 */
export async function prepareRestore(
  backup: Restorable,
  target: string,
  restoreId?: string,
): Promise<PreparedRestore | undefined> {
  if (restoreId !== undefined && !restoreIdForm.test(restoreId))
    throw new RestoreRefused(`"${restoreId}" is no name for a restore: 1 to 63 letters, digits, ".", "_" and "-".`);
  await mkdir(dirname(target), { recursive: true });
  const file = await behindLinks(target);
  const copy = `${file}.restoring`;
  const marker = restoreId && `${file}.restored-${restoreId}`;
  const owner = await takeOwnership(file, 0);
  const close = async () => {
    await rm(copy, { force: true });
    await owner.release();
  };
  try {
    if (marker && (await isThere(marker))) {
      await close();
      return undefined;
    }
    const sha256 = await readChecksum(backup.file);
    if (sha256 === undefined)
      throw new RestoreRefused(`${backup.file} has no checksum beside it; it may be half a copy.`);
    await copyFile(backup.file, copy);
    if ((await sha256Of(copy)) !== sha256)
      throw new RestoreRefused(`${backup.file} is not what its checksum says; it was altered or damaged.`);
    await check(copy, backup.file);
    await toDisk(copy);
  } catch (error) {
    await close();
    throw error;
  }
  const replaceOnce = async () => {
    const kept = await replace(file, copy);
    if (marker) await mark(marker, backup);
    return kept;
  };
  return { replace: replaceOnce, close };
}

/**
 * After the replacement, not before: what is cut off between the two is restored once more, while no service runs. The
 * other way round, a restore that did not happen would pass for one that did.
 */
async function mark(marker: string, backup: Restorable): Promise<void> {
  await writeFile(marker, `${basename(backup.file)}\n`, { mode: 0o600 });
  await toDisk(marker);
  await toDisk(dirname(marker));
}

async function check(copy: string, name: string): Promise<void> {
  const connection = await openConnection(copy, ["query_only = ON"], "refuse");
  try {
    await requireWhole(connection, "integrity");
  } catch (error) {
    if (driverCode(error) === undefined) throw error;
    throw new RestoreRefused(`${name} is damaged: ${(error as Error).message}`);
  } finally {
    await connection.close();
  }
}

/** At each instant `file` names a whole database: the old one until the rename, then the new one. */
async function replace(file: string, copy: string): Promise<string | undefined> {
  await ownLike(copy, file);
  const kept = await keepAside(file, `${file}.replaced-${backupIdOf(Date.now())}`);
  await rename(copy, file);
  await toDisk(dirname(file));
  return kept;
}

/** Whoever restores, often root, the service's own user must be able to open what it finds. */
async function ownLike(copy: string, file: string): Promise<void> {
  const { uid, gid } = await stat(file).catch(() => stat(dirname(file)));
  await chown(copy, uid, gid).catch((error) => {
    if (error.code !== "EPERM") throw error;
  });
}

/** Second names for the database and its log, before anything is done to them. */
async function keepAside(file: string, aside: string): Promise<string | undefined> {
  if (!(await isThere(file))) return undefined;
  await link(file, aside);
  if (await isThere(`${file}-wal`)) await link(`${file}-wal`, `${aside}-wal`);
  await mergeLog(file);
  // A log must not be left to the file that comes in its database's place.
  for (const end of ["-wal", "-shm"]) await rm(`${file}${end}`, { force: true });
  return aside;
}

/**
 * After a crash the last commits stand in the log alone; merged, the old database is whole until the rename. A damaged
 * one cannot be, and is kept as it is, with its log.
 */
async function mergeLog(file: string): Promise<void> {
  try {
    const connection = await openConnection(file, ["wal_checkpoint(TRUNCATE)"], "refuse");
    await connection.close();
  } catch (error) {
    if (driverCode(error) === undefined) throw error;
  }
}

const isThere = async (file: string): Promise<boolean> => (await stat(file).catch(() => undefined)) !== undefined;
