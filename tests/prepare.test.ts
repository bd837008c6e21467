import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "@shop/platform/testing";

// Two commands in one checkout without dependencies, with an npm that notes each of its runs and ends when it may.

const lock = JSON.stringify({ packages: { "node_modules/thing": { version: "1.0.0" } } });
const npm = `#!/usr/bin/env node
const { appendFileSync, existsSync, mkdirSync, writeFileSync } = require("node:fs");
appendFileSync("runs", "run\\n");
const wait = setInterval(() => {
  if (!existsSync("go")) return;
  clearInterval(wait);
  mkdirSync("node_modules", { recursive: true });
  writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(lock)});
}, 10);
`;

let checkout: string;
beforeEach(() => {
  checkout = temporaryFolder();
  cpSync(new URL("../scripts", import.meta.url).pathname, join(checkout, "scripts"), { recursive: true });
  writeFileSync(join(checkout, "package.json"), JSON.stringify({ engines: { node: ">=20.0" } }));
  writeFileSync(join(checkout, "package-lock.json"), lock);
  writeFileSync(join(checkout, "npm"), npm);
  chmodSync(join(checkout, "npm"), 0o755);
});

// An npm that still waits ends, also after a failure.
afterEach(() => mayEnd());

/** A command that prepares the checkout. */
function prepare() {
  const env = { ...process.env, PATH: `${checkout}:${process.env.PATH}` };
  const child = spawn(process.execPath, ["scripts/prepare.mjs"], {
    cwd: checkout,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close").then(([code]) => code as number);
  /** Until it has said so. */
  async function said(words: string): Promise<void> {
    for await (const text of child.stdout.iterator({ destroyOnReturn: false })) if (String(text).includes(words)) break;
    child.stdout.resume();
  }
  return { ended, said };
}

const mayEnd = () => writeFileSync(join(checkout, "go"), "");
const runs = () => readFileSync(join(checkout, "runs"), "utf8");

test("the second waits for the first to install, and installs nothing itself", async () => {
  const first = prepare();
  await first.said("Installing");
  const second = prepare();
  await second.said("waiting for it");
  mayEnd();
  expect(await Promise.all([first.ended, second.ended])).toEqual([0, 0]);
  expect(runs()).toBe("run\n");
  expect(existsSync(join(checkout, ".installing"))).toBe(false);
});

test("the lock of a command that was killed holds up nobody", async () => {
  const { stdout: gone } = await promisify(execFile)(process.execPath, ["-p", "process.pid"]);
  writeFileSync(join(checkout, ".installing"), gone);
  mayEnd();
  expect(await prepare().ended).toBe(0);
  expect(runs()).toBe("run\n");
});
