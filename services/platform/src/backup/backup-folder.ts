import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { birthOf } from "./birth.ts";
import { checksumFileOf, checksumLine, readChecksum } from "./checksum.ts";

/** A backup that is whole: the file, and its checksum beside it. Times in milliseconds. */
export interface StoredBackup {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly finishedAt: number;
}

export type BackupFolder = ReturnType<typeof createBackupFolder>;

/** The moment it was begun, in UTC: `20260729T101500123Z`. In the order of names is in the order of time. */
export const backupIdOf = (at: number): string => new Date(at).toISOString().replaceAll(/[-:.]/g, "");

export const backupIdForm = /^\d{8}T\d{9}Z$/;

export function beginningOf(id: string): number {
  return Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/, "$1-$2-$3T$4:$5:$6.$7Z"));
}

/** What a file in a folder of backups is a copy of, and from when; undefined when it is none. */
export function readBackupName(name: string): { database: string; id: string } | undefined {
  const [, database, id] = /^([a-z][a-z0-9_-]*)-(\d{8}T\d{9}Z)\.db$/.exec(name) ?? [];
  return database === undefined || id === undefined ? undefined : { database, id };
}

/**
 * Backups of one database as files: `orders-20260729T101500123Z.db`, with `….db.sha256` beside it. Databases may share
 * the folder. A copy bears its final name only when it is whole and on the disk; what a crash left behind is `….part`
 * or a checksum without a file, and is removed by `tidy`.
 */
export function createBackupFolder(folder: string, database: string) {
  const pathOf = (id: string): string => join(folder, `${database}-${id}.db`);

  async function names(): Promise<string[]> {
    const all = await readdir(folder).catch((error) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    return all.filter((name) => name.startsWith(`${database}-`));
  }

  async function ids(): Promise<string[]> {
    const found = (await names()).flatMap((name) => readBackupName(name) ?? []);
    return found
      .filter((backup) => backup.database === database)
      .map(({ id }) => id)
      .sort()
      .reverse();
  }

  async function find(id: string): Promise<StoredBackup | undefined> {
    const file = pathOf(id);
    try {
      const [{ size }, { mtimeMs }] = await Promise.all([stat(file), stat(checksumFileOf(file))]);
      const sha256 = await readChecksum(file);
      return sha256 === undefined ? undefined : { id, file, bytes: size, sha256, finishedAt: Math.round(mtimeMs) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  return {
    path: folder,
    /** Where a copy is made. */
    partOf: (id: string): string => `${pathOf(id)}.part`,
    find,

    /** Newest first. */
    async list(): Promise<StoredBackup[]> {
      const found = await Promise.all((await ids()).map(find));
      return found.filter((backup) => backup !== undefined);
    },

    /** Makes the folder, for its owner alone: a backup holds personal data. */
    prepare: () => mkdir(folder, { recursive: true, mode: 0o700 }),

    /** Gives the finished part its name, once it and its checksum are on the disk. */
    async publish(id: string, sha256: string): Promise<void> {
      const file = pathOf(id);
      await writeFile(checksumFileOf(file), checksumLine(sha256, file), { mode: 0o600 });
      await toDisk(checksumFileOf(file));
      await rename(`${file}.part`, file);
      await toDisk(folder);
    },

    /** Removes what was begun and not finished, of this database alone. Nothing of it may be under way. */
    async tidy(): Promise<void> {
      const all = new Set(await names());
      const left = [...all].filter((name) => {
        const whole = /^(.+\.db)\.(part(?:-journal)?|sha256)$/.exec(name);
        if (whole?.[1] === undefined || readBackupName(whole[1])?.database !== database) return false;
        return whole[2] !== "sha256" || !all.has(whole[1]);
      });
      for (const name of left) await rm(join(folder, name), { force: true });
    },

    /**
     * Removes all but the newest, and never `made`, which is not the newest by name when the clock was set back. Copies
     * of another database than that of `made`, which was begun anew, are left: they may be all that is left of it.
     * Answers with how many those are.
     */
    async rotate(keep: number, made: string): Promise<number> {
      const birth = await birthOf(pathOf(made));
      const [same, others]: [string[], string[]] = [[], []];
      for (const id of await ids()) ((await birthOf(pathOf(id))) === birth ? same : others).push(id);
      for (const id of same.slice(keep).filter((old) => old !== made)) {
        await rm(pathOf(id), { force: true });
        await rm(checksumFileOf(pathOf(id)), { force: true });
      }
      return others.length;
    },
  };
}

/** Waits until a file's bytes, or a folder's names, would survive a loss of power. */
export async function toDisk(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
