import { mkdirSync } from "node:fs";
import { aborted, interruption } from "./interrupt.mjs";
import { createLogFormat } from "./log-line.mjs";
import { reservePorts } from "./ports.mjs";
import { prepare, root } from "./prepare.mjs";
import { untilReady } from "./ready.mjs";
import { explain } from "./refusal.mjs";
import { readPlan } from "./services.mjs";
import { supervise } from "./supervise.mjs";
import { welcome } from "./welcome.mjs";

/**
 * The shop from an empty checkout to its end. Exit code 0 when it was told to stop; 1 when it could not start or a service
 * ended by itself, after the others were brought down in order.
 */
export async function runShop({ watch }) {
  const interrupted = interruption();
  try {
    const plan = readPlan(process.env, root);
    const releasePorts = await reservePorts(plan.services, plan.host);
    try {
      await prepare({ build: !watch, page: true, interrupted });
    } finally {
      await releasePorts();
    }
    if (!interrupted.aborted) await runServices(plan, { watch, interrupted });
  } catch (error) {
    explain(error);
    process.exitCode = 1;
  }
  // A grandchild that still holds a pipe must not keep us; the loop normally ends before this.
  setTimeout(() => process.exit(), 500).unref();
}

async function runServices(plan, { watch, interrupted }) {
  mkdirSync(plan.dataDir, { recursive: true });
  const format = createLogFormat(plan.services, { colour: process.stdout.isTTY && !process.env.NO_COLOR });
  const shop = supervise(plan.services, {
    cwd: root,
    argsOf: watch ? sourcesOf : compiledOf,
    print: (service, line) => console.log(format(service, line)),
  });
  const over = new AbortController();
  const ended = Promise.race([aborted(interrupted), shop.death]);
  try {
    // While sources are watched, a broken one may be mended at leisure.
    const ready = untilReady(plan.services, { patienceMs: watch ? Infinity : 60_000, signal: over.signal });
    await Promise.race([ready.then(() => over.signal.aborted || console.log(welcome(plan))), ended]);
    const death = await ended;
    if (death) reportDeath(death);
    else console.log(`Stopping (${interrupted.reason}).`);
  } finally {
    over.abort();
    await shop.stop();
    console.log("All services have stopped.");
  }
}

const compiledOf = ({ name }) => [`services/${name}/dist/main.js`];
const sourcesOf = ({ name }) => [
  "node_modules/tsx/dist/cli.mjs",
  "watch",
  "--conditions=source",
  `services/${name}/src/main.ts`,
];

function reportDeath({ service, code, signal }) {
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const why = code === 78 ? " (its configuration is wrong; its lines above name each variable)" : "";
  console.error(`\nThe ${service.name} service ${how}${why}. Stopping the others.`);
  process.exitCode = 1;
}
