import { basename } from "node:path";
import joi from "joi";
import { accepted, ok, type Route, route } from "../http/route.ts";
import { instant } from "../http/schemas.ts";
import { notFound } from "../problem.ts";
import { backupIdForm, beginningOf } from "./backup-folder.ts";
import type { Backup, Backups } from "./backups.ts";

const orNull = (schema: joi.Schema): joi.Schema => schema.allow(null).required();

const backupSchema = joi.object({
  id: joi.string().pattern(backupIdForm, "a backup's id").required(),
  status: joi.string().valid("running", "done", "failed").required(),
  file: orNull(joi.string()),
  bytes: orNull(joi.number().integer()),
  sha256: orNull(joi.string().length(64)),
  failure: orNull(joi.object({ code: joi.string().required(), detail: joi.string().required() })),
  started_at: instant().required(),
  finished_at: orNull(instant()),
});

const params = joi.object<{ backup_id: string }>({
  backup_id: joi.string().pattern(backupIdForm).required().error(notFound("backup")),
});

const time = (at: number): string => new Date(at).toISOString();

/** What was acknowledged before `started_at` is in the copy. */
const present = (backup: Backup) => ({
  id: backup.id,
  status: backup.status,
  file: backup.status === "done" ? basename(backup.file) : null,
  bytes: backup.status === "done" ? backup.bytes : null,
  sha256: backup.status === "done" ? backup.sha256 : null,
  failure: backup.status === "failed" ? backup.failure : null,
  started_at: time(beginningOf(backup.id)),
  finished_at: backup.status === "running" ? null : time(backup.finishedAt),
});

/** Make a backup of this service's database, and see what became of it. */
export const backupRoutes = (backups: Backups): readonly Route[] => [
  route({
    method: "POST",
    path: "/admin/backup",
    operation: "start-backup",
    summary: "Copy the database while it is used, into BACKUP_DIR; one that is under way already is joined",
    scope: "backup",
    // A repetition joins the backup under way, or makes another: both harm nobody.
    idempotency: "none",
    answers: { 202: backupSchema },
    handle: () => {
      const backup = backups.start();
      return accepted(present(backup), `/admin/backups/${backup.id}`);
    },
  }),
  route({
    method: "GET",
    path: "/admin/backups",
    operation: "list-backups",
    summary: "The backups that are kept, newest first, with those that failed since the service started",
    scope: "backup",
    answers: { 200: joi.array().items(backupSchema) },
    handle: async () => ok((await backups.list()).map(present)),
  }),
  route({
    method: "GET",
    path: "/admin/backups/:backup_id",
    operation: "get-backup",
    summary: "One backup: running, done or failed, and why",
    scope: "backup",
    params,
    answers: { 200: backupSchema },
    handle: async ({ params: { backup_id } }) => {
      const backup = await backups.find(backup_id);
      if (!backup) throw notFound("backup");
      return ok(present(backup));
    },
  }),
];
