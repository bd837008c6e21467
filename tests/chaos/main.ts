import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runChaos } from "./run.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    minutes: { type: "string", default: "3" },
    kills: { type: "string" },
    buyers: { type: "string", default: "48" },
    keep: { type: "boolean", default: false },
  },
});
const number = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number.`);
  return value;
};
const minutes = number("minutes", values.minutes);
const folder = mkdtempSync(join(tmpdir(), "shop-chaos-"));
const report = await runChaos({
  seed: number("seed", values.seed),
  minutes,
  kills: number("kills", values.kills ?? String(Math.ceil(minutes * 50))),
  buyers: number("buyers", values.buyers),
  folder,
  say: (line) => console.log(line),
});
console.log(report.text);
const sound = report.violations.length === 0;
if (sound && !values.keep) rmSync(folder, { recursive: true });
else console.log(`the databases and logs are in ${folder}`);
process.exitCode = sound ? 0 : 1;
