// What a container of `skaffold dev --profile dev` runs: the service MAIN from its sources, and anew when a file beneath
// services/ is another one. It polls: files are replaced there, and watchers of the system's events lose sight of such.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const pollMs = 200;

let stopping = false;
let service = start();
for (const signal of ["SIGTERM", "SIGINT"])
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    process.exit(await stop(signal));
  });

for (let seen = look(), running = seen; !stopping; ) {
  await delay(pollMs);
  const now = look();
  // Several files come one after the other: the service waits until they are all there.
  const settled = now === seen;
  seen = now;
  if (settled && now !== running && !stopping) {
    running = now;
    console.log("A file has changed: the service starts anew.");
    await stop("SIGTERM");
    if (!stopping) service = start();
  }
}

/** A service that ends by itself, because the change was wrong, waits for the next one. */
function start() {
  const child = spawn(process.execPath, ["--conditions=source", process.env.MAIN], { stdio: "inherit" });
  child.once("exit", (code, signal) => {
    if (!child.told) console.log(`The service has ended (${signal ?? code}); it starts anew when a file changes.`);
  });
  return child;
}

/** Resolves to its exit code. A database has one owner: the next process must not start before this one has ended. */
async function stop(signal) {
  service.told = true;
  if (service.exitCode === null && service.signalCode === null) {
    service.kill(signal);
    await once(service, "exit");
  }
  return service.exitCode ?? 1;
}

/** A text that differs when any file does. */
function look() {
  return readdirSync("services", { recursive: true })
    .map((name) => {
      const file = statSync(join("services", name), { throwIfNoEntry: false });
      return `${name} ${file?.mtimeMs} ${file?.size}`;
    })
    .join("\n");
}
