import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./cluster.ts";
import type { Figure } from "./figures.ts";
import { prepareImages } from "./images.ts";

// `make e2e`: builds and loads the images, runs the tests, and removes their namespaces however the tests ended.

const id = randomBytes(4).toString("hex");
const folder = mkdtempSync(join(tmpdir(), "shop-e2e-"));
const figuresFile = join(folder, "figures");
const interrupted = new AbortController();
const { signal } = interrupted;
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => interrupted.abort(new Error(name)));

try {
  await run("kubectl", ["version"], { withinMs: 20_000, signal });
  await prepareImages(signal);
  signal.throwIfAborted();
  process.exitCode = await runTests();
  report();
} catch (error) {
  console.error(signal.aborted ? `Interrupted by ${signal.reason.message}` : (error as Error).message);
  process.exitCode = 1;
} finally {
  if (process.env.E2E_KEEP !== "1")
    await run("kubectl", ["delete", "namespace", "-l", `shop-e2e=${id}`]).catch(({ message }) =>
      console.error(message),
    );
  rmSync(folder, { recursive: true });
}

async function runTests(): Promise<number> {
  const jest = ["node_modules/jest/bin/jest.js", "--config=tests/e2e/jest.config.js", ...process.argv.slice(2)];
  const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
  // A process group of its own, which ends as a whole: none of its kubectl is left behind.
  const child = spawn(process.execPath, [...flags, ...jest], {
    cwd: root,
    stdio: "inherit",
    detached: true,
    env: { ...process.env, E2E_RUN: id, E2E_FIGURES: figuresFile },
  });
  signal.addEventListener("abort", () => endGroup(child.pid));
  const [code] = await once(child, "close");
  endGroup(child.pid);
  return code ?? 1;
}

function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader);
  } catch {
    // Nothing of it is left.
  }
}

/** The figures of all tests as a table, and for other programs in figures.json. */
function report(): void {
  const lines = readIfThere(figuresFile).split("\n").filter(Boolean);
  const figures: readonly Figure[] = lines.map((line) => JSON.parse(line));
  for (const { test, what, value } of figures) console.log(`| ${test} | ${what} | ${value} |`);
  writeFileSync(join(root, "tests/e2e/figures.json"), `${JSON.stringify(figures, undefined, 2)}\n`);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
