import { type Stats, statSync } from "node:fs";

/** Whether the files that were opened are still the ones that their names lead to. */
export interface FileGuard {
  inPlace(): boolean;
  /** Throws unless in place; the message is for the log. */
  require(): void;
}

/**
 * Watches a database and its write-ahead log. After a deletion or a replacement SQLite would go on with files that
 * nobody can find again, and a new connection would begin an empty one; so whoever opens or commits asks here.
 * Put back, they are in place again: while they are open the system gives their inode to nothing else. Two looks into
 * the name cache cost a few microseconds, less than a trip to the thread pool would.
 */
export function guardFile(file: string): FileGuard {
  const opened = [file, `${file}-wal`].map((name) => ({ name, is: lookUp(name) }));
  const lost = () => opened.find(({ name, is }) => !isSame(is, lookUp(name)))?.name;
  return {
    inPlace: () => lost() === undefined,
    require() {
      const name = lost();
      if (name === undefined) return;
      throw Object.assign(
        new Error(
          `${name} was deleted, moved or replaced while it was open; put the same file back, or stop and restore a backup`,
        ),
        { code: "SQLITE_CANTOPEN" },
      );
    },
  };
}

function lookUp(name: string): Stats | undefined {
  try {
    return statSync(name, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const isSame = (one: Stats | undefined, other: Stats | undefined): boolean =>
  one?.ino === other?.ino && one?.dev === other?.dev;
