/** Why a backup is not there, for the person who asked for it. The log has the system's own words. */
export interface BackupFailure {
  readonly code: "disk-full" | "not-writable" | "database-damaged" | "database-vanished" | "stopped" | "internal";
  readonly detail: string;
}

const details: Readonly<Record<BackupFailure["code"], string>> = {
  "disk-full": "There is not room enough for a copy; make room, or set BACKUP_DIR to another disk.",
  "not-writable": "BACKUP_DIR cannot be written; check that it is a folder that the service may write.",
  "database-damaged": "The database is damaged; restore an earlier backup.",
  "database-vanished": "The database's file was deleted, moved or replaced while the service had it open.",
  stopped: "The service was stopped before the copy was whole.",
  internal: "Something went wrong on our side; the service's log says more.",
};

const codes: Readonly<Record<string, BackupFailure["code"]>> = {
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  SQLITE_FULL: "disk-full",
  EACCES: "not-writable",
  EPERM: "not-writable",
  EROFS: "not-writable",
  ENOTDIR: "not-writable",
  EEXIST: "not-writable",
  ENOENT: "not-writable",
  SQLITE_CANTOPEN: "not-writable",
  SQLITE_READONLY: "not-writable",
  SQLITE_CORRUPT: "database-damaged",
  SQLITE_NOTADB: "database-damaged",
  DATABASE_VANISHED: "database-vanished",
  SQLITE_INTERRUPT: "stopped",
  ABORT_ERR: "stopped",
};

export function failureOf(error: unknown): BackupFailure {
  const known = typeof error === "object" && error !== null && "code" in error ? codes[String(error.code)] : undefined;
  const code = known ?? (error instanceof Error && error.name === "AbortError" ? "stopped" : "internal");
  return { code, detail: details[code] };
}
