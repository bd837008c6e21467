// Puts backups in the place of the databases in DATA_DIR: `make restore FROM=data/backups`, or
// `node scripts/restore.mjs <folder or backup> ...` once the services are compiled. The services must be stopped.
// With RESTORE_ID, a name for this restore, each database is replaced once under that name, however often this runs.
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { beginningOf, findBackups, prepareRestore } from "@shop/platform/restore";
import { explain, refusal } from "./launcher/refusal.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const restoreId = process.env.RESTORE_ID || undefined;
const dataDir = resolve(root, process.env.DATA_DIR || "data");

/** All are checked, and none can be opened by a service, before the first is replaced. */
async function restore(paths) {
  if (paths.length === 0)
    throw refusal("Say what to restore: a folder of backups, as in make restore FROM=data/backups, or one backup.");
  const backups = (await Promise.all(paths.map((path) => findBackups(resolve(path))))).flat();
  const twice = backups.find(({ database }, index) =>
    backups.some((other, i) => i < index && other.database === database),
  );
  if (twice) throw refusal(`Two backups of ${twice.database} were given; which of them?`);

  const prepared = [];
  try {
    for (const backup of backups) {
      const target = join(dataDir, `${backup.database}.db`);
      const restore = await prepareRestore(backup, target, restoreId).catch((error) => {
        throw refusal(`${error.message.replace(/\.?$/, ".")} Nothing was replaced.`);
      });
      if (restore) prepared.push({ backup, target, restore });
      else
        console.log(`${target} was restored as ${restoreId} before and stays as it is: another restore, another name.`);
    }
    for (const { backup, target, restore } of prepared) {
      const kept = await restore.replace();
      const from = new Date(beginningOf(backup.id)).toISOString();
      console.log(`${target} is as it was at ${from}${kept ? `; what it was before is kept as ${kept}` : ""}`);
    }
  } finally {
    for (const { restore } of prepared) await restore.close();
  }
  if (prepared.length === 0) return;
  console.log(
    "Start the services, then POST /admin/reconcile on each: what the copies lack of each other is looked for.",
  );
}

restore(process.argv.slice(2)).catch((error) => {
  explain(error);
  process.exitCode = 1;
});
