import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isInstalled, whyInstallFailed } from "./dependencies.mjs";
import { interruption } from "./interrupt.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { explain, refusal } from "./refusal.mjs";
import { serviceFolders } from "./services.mjs";
import { runTool } from "./tool.mjs";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Installs the locked dependencies when they are not there, and compiles the services and the page when `build` is set, or
 * the page alone when `page` is; all are quick when nothing changed. Throws a refusal that says what is missing. Returns
 * early when interrupted, and says so.
 */
export async function prepare(wishes) {
  await installAndBuild(wishes);
  if (wishes.interrupted.aborted) console.log("Interrupted; run it again, nothing is lost.");
}

async function installAndBuild({ build, page, interrupted }) {
  // npm ci empties node_modules first: two at once would each take away what the other has installed.
  const onWait = () => console.log("Another command installs the dependencies; waiting for it.");
  if (!isInstalled(root))
    await oneAtATime(join(root, ".installing"), () => install(interrupted), { interrupted, onWait });
  // While sources are watched the services need no build; the page that the dashboard serves does.
  for (const step of build ? [...serviceSteps, pageStep] : page ? [pageStep] : []) {
    if (interrupted.aborted) return;
    const code = await runTool(process.execPath, step, { cwd: root, interrupted });
    if (interrupted.aborted) return;
    if (code !== 0) throw refusal("The build failed; the lines above say where.");
  }
}

async function install(interrupted) {
  if (isInstalled(root)) return;
  console.log(
    "Installing the dependencies (npm ci). The SQLite driver may have to be compiled: a minute or two, once.",
  );
  const sayThatNpmGoesOn = () => console.log("Stopping; npm finishes its step first.");
  interrupted.addEventListener("abort", sayThatNpmGoesOn, { once: true });
  const code = await runTool("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, interrupted });
  interrupted.removeEventListener("abort", sayThatNpmGoesOn);
  if (!interrupted.aborted && code !== 0) throw refusal(whyInstallFailed());
}

/** The same as `npm run build`, for the services alone. */
const serviceSteps = [["node_modules/typescript/bin/tsc", "-b", ...serviceFolders], ["scripts/bundle.mjs"]];
const pageStep = ["scripts/build-page.mjs"];

/** The same as a command of its own: exit code 0 when all is ready, 130 when interrupted, 1 with the reason otherwise. */
export async function prepareOnly({ build }) {
  const interrupted = interruption();
  try {
    await prepare({ build, interrupted });
    if (interrupted.aborted) process.exitCode = 130;
  } catch (error) {
    explain(error);
    process.exitCode = 1;
  }
}
