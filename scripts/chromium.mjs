import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

// The browser that tests/browser drive. `node scripts/chromium.mjs` installs one where it can.

/** The path of a Chromium: CHROMIUM, the one that Playwright keeps, or the system's; undefined when there is none. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  for (const name of ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]) {
    const { stdout } = spawnSync(process.platform === "win32" ? "where" : "which", [name], { encoding: "utf8" });
    const [found] = (stdout ?? "").split(/\r?\n/);
    if (found) return found;
  }
  return undefined;
}

export const withoutChromium =
  "The browser tests need Chromium, and there is none. Install it, or name one with CHROMIUM=<path>; without it: " +
  'make test ARGS="--testPathIgnorePatterns tests/browser".';

function install() {
  const isRoot = process.getuid?.() === 0;
  if (isRoot && spawnSync("which", ["apt-get"]).status === 0) {
    console.log("Installing Chromium for the browser tests (apt-get).");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    execFileSync("apt-get", ["update", "-qq"], { stdio: ["ignore", "ignore", "inherit"], env });
    const quietly = ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"];
    execFileSync("apt-get", quietly, { stdio: ["ignore", "ignore", "inherit"], env });
  } else {
    console.log("Getting Chromium for the browser tests (Playwright).");
    const cli = fileURLToPath(new URL("../node_modules/playwright-core/cli.js", import.meta.url));
    execFileSync(process.execPath, [cli, "install", "chromium"], { stdio: "inherit" });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !findChromium()) {
  try {
    if (!process.env.CHROMIUM) install();
  } catch {
    // What failed has said so; what follows from it is said below.
  }
  // The other tests are worth running all the same; those of the browser fail with this line.
  if (!findChromium()) console.error(withoutChromium);
}
