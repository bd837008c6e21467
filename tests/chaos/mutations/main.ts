import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { applyPatch, buildCopy, copyCheckout } from "./copy.ts";

// Proves that the chaos run can fail: each patch beside this file breaks one promise of the code, and is applied to a
// copy, built and run until a check notices. First the code as it is, in which nothing may be noticed.

const folder = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));
const asked = process.argv.slice(2);
const patches = readdirSync(folder)
  .filter((name) => name.endsWith(".patch") && (asked.length === 0 || asked.some((part) => name.includes(part))))
  .sort();

/** One run of each of these until it is caught. */
const seeds = [1, 2, 3];
const chaos = ["--minutes", "1", "--kills", "120", "--buyers", "48"];

interface Outcome {
  readonly name: string;
  readonly runs: number;
  /** The promises that were seen broken, with how often. */
  readonly caughtBy: readonly string[];
}

const outcomes = [await tryOut("the code as it is"), ...(await inTurn(patches))];
for (const { name, runs, caughtBy } of outcomes) console.log(`${name} (${runs} runs): ${caughtBy.join("; ") || "-"}`);
const [asItIs, ...mutated] = outcomes;
const proven = asItIs?.caughtBy.length === 0 && mutated.every(({ caughtBy }) => caughtBy.length > 0);
process.exitCode = proven ? 0 : 1;

async function inTurn(names: readonly string[]): Promise<Outcome[]> {
  const done: Outcome[] = [];
  for (const name of names) done.push(await tryOut(name, join(folder, name)));
  return done;
}

async function tryOut(name: string, patch?: string): Promise<Outcome> {
  const copy = mkdtempSync(join(tmpdir(), "shop-mutation-"));
  try {
    copyCheckout(root, copy);
    if (patch) await applyPatch(copy, patch);
    await buildCopy(copy);
    let runs = 0;
    for (const seed of patch ? seeds : seeds.slice(0, 1)) {
      runs += 1;
      const caughtBy = await brokenIn(copy, seed);
      console.log(`${name}, seed ${seed}: ${caughtBy.join("; ") || "nothing was noticed"}`);
      if (caughtBy.length > 0) return { name, runs, caughtBy };
    }
    return { name, runs, caughtBy: [] };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The promises that a run in the copy saw broken. Throws when the run could not be carried out. */
async function brokenIn(copy: string, seed: number): Promise<string[]> {
  const run = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=source", "tests/chaos/main.ts", "--seed", String(seed), ...chaos],
    { cwd: copy, stdio: ["ignore", "pipe", "inherit"] },
  );
  const [output] = await Promise.all([text(run.stdout), once(run, "exit")]);
  if (!/^ {2}violations /m.test(output)) throw new Error(`The run came to no end:\n${output}`);
  const kept = /^the databases and logs are in (.+)$/m.exec(output)?.[1];
  if (kept) rmSync(kept, { recursive: true, force: true });
  return [...output.matchAll(/^BROKEN \((\d+) times\): (.+)$/gm)].map(([, times, rule]) => `${rule} (${times})`);
}
