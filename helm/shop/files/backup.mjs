// Backs up the services that are named as name=url, all at once: `node backup.mjs order=http://localhost:8003 ...`.
// Exits with 1 unless each of them has a new, whole copy. The key needs the scope `backup`.
import { setTimeout as delay } from "node:timers/promises";
import { createAsk, eventually } from "./ask.mjs";

/** How long a service may be away, for instance because it is restarted, and how long a copy may take. */
const waitMs = Number(process.env.WAIT_S || 60) * 1000;
const copyMs = Number(process.env.COPY_S || 3000) * 1000;

const urls = Object.fromEntries(process.argv.slice(2).map((service) => service.split(/=(.*)/s, 2)));
const ask = createAsk({ urls });
/** What asking again will not change: a key that is refused, a backup that a restarted service knows nothing of. */
const isFinal = ({ status }) => status >= 400 && status < 500 && status !== 429;
const patiently = (attempt) => eventually(attempt, { forMs: waitMs, everyMs: 500, isFinal });

async function backUp(service) {
  const { id } = await patiently(() => ask(service, "POST /admin/backup", { expect: [202] }));
  const backup = await endOf(service, id);
  if (backup.status !== "done") throw new Error(`${service}: ${backup.failure.code}: ${backup.failure.detail}`);
  console.log(`${service}: ${backup.file}, ${backup.bytes} bytes, sha256 ${backup.sha256}`);
}

/** The backup when it is no longer running. */
async function endOf(service, id) {
  for (const end = Date.now() + copyMs; ; await delay(500)) {
    const backup = await patiently(() => ask(service, `GET /admin/backups/${id}`)).catch((error) => {
      if (error.status !== 404) throw error;
      throw new Error(`${service} knows nothing of backup ${id}: it was restarted during the copy`);
    });
    if (backup.status !== "running") return backup;
    if (Date.now() >= end) throw new Error(`${service}: backup ${id} is still running`);
  }
}

const services = Object.keys(urls);
const results = await Promise.allSettled(services.map(backUp));
const failures = results.flatMap(({ reason }) => reason?.message ?? []);
for (const failure of failures) console.error(`FAILED ${failure}`);
if (services.length === 0) console.error("FAILED Say what to back up: node backup.mjs <name>=<url> ...");
if (failures.length > 0 || services.length === 0) process.exitCode = 1;
