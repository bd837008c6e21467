// Backs up the services that are named as name=url, all at once: `node backup.mjs order=http://localhost:8003 ...`.
// Exits with 1 unless each of them has a new, whole copy. The key needs the scope `backup`.
import { createAsk, eventually } from "./ask.mjs";

/** How long a service may be away, for instance because it is restarted, and how long a copy may take. */
const waitMs = Number(process.env.WAIT_S || 60) * 1000;
const copyMs = Number(process.env.COPY_S || 3000) * 1000;

const urls = Object.fromEntries(process.argv.slice(2).map((service) => service.split(/=(.*)/s, 2)));
const ask = createAsk({ urls });
const patiently = (attempt) => eventually(attempt, { forMs: waitMs, everyMs: 500 });

async function backUp(service) {
  const { id } = await patiently(() => ask(service, "POST /admin/backup", { expect: [202] }));
  const backup = await eventually(
    async () => {
      const seen = await patiently(() => ask(service, `GET /admin/backups/${id}`));
      if (seen.status === "running") throw new Error(`${service}: backup ${id} is still running`);
      return seen;
    },
    { forMs: copyMs, everyMs: 500 },
  );
  if (backup.status !== "done") throw new Error(`${service}: ${backup.failure.code}: ${backup.failure.detail}`);
  console.log(`${service}: ${backup.file}, ${backup.bytes} bytes, sha256 ${backup.sha256}`);
}

const services = Object.keys(urls);
const results = await Promise.allSettled(services.map(backUp));
const failures = results.flatMap(({ reason }) => reason?.message ?? []);
for (const failure of failures) console.error(`FAILED ${failure}`);
if (services.length === 0) console.error("FAILED Say what to back up: node backup.mjs <name>=<url> ...");
if (failures.length > 0 || services.length === 0) process.exitCode = 1;
