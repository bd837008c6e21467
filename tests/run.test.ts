import { type ChildProcess, execFile, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "@shop/platform/testing";
import { readPlan } from "../scripts/launcher/services.mjs";
import { freePorts, isFree, listenOn } from "./ports.ts";

// The launcher as a person uses it: `make run`, which is one process, with real services behind it.

// Processes that start one after the other take their time on a busy machine.
import.meta.jest.setTimeout(60_000);

const root = fileURLToPath(new URL("..", import.meta.url));
const { services } = readPlan({}, root);
const names = services.map(({ name }) => name);
type PortOf = (name: string) => number;

beforeAll(() => promisify(execFile)(process.execPath, ["scripts/prepare.mjs", "--build"], { cwd: root }), 120_000);

const running = new Set<ChildProcess>();
afterEach(() => {
  // The services follow their launcher, even when it is killed.
  for (const launcher of running) launcher.kill("SIGKILL");
  running.clear();
});

it("runs every service until it is told to stop, and leaves nothing behind", async () => {
  const portOf = await portsOfAll();
  const shop = launch(portOf);
  await shop.said("Shop is ready");

  for (const name of names) {
    const answer = await fetch(`http://127.0.0.1:${portOf(name)}/health`);
    expect(await answer.json()).toMatchObject({ status: "ok", service: name });
  }
  expect(shop.output()).toContain(
    `curl -X GET "http://127.0.0.1:${portOf("catalog")}/products" -H "X-API-Key: secret-key-123"`,
  );

  const began = performance.now();
  shop.process.kill("SIGTERM");
  expect(await shop.ended).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
  for (const name of names) expect(await isFree(portOf(name))).toBe(true);
});

it("keeps every key but the development one to itself", async () => {
  const key = "a-key-that-must-not-be-shown";
  const shop = launch(await portsOfAll(), { API_KEY: key });
  await shop.said("Shop is ready");
  shop.process.kill("SIGTERM");
  await shop.ended;
  expect(shop.output()).not.toContain(key);
});

it("names every taken port with the variable that changes it, and starts nothing", async () => {
  const portOf = await portsOfAll();
  const taken = await listenOn(portOf("cart"));
  const shop = launch(portOf);
  try {
    expect(await shop.ended).toBe(1);
    expect(shop.output()).toMatch(
      new RegExp(`Port ${portOf("cart")} of the cart service is in use.*choose another with CART_PORT, such as \\d+`),
    );
    expect(shop.output()).not.toContain("ready");
  } finally {
    taken.close();
  }
});

it("brings the others down, callers first, when a service dies", async () => {
  const portOf = await portsOfAll();
  const shop = launch(portOf);
  await shop.said("Shop is ready");

  process.kill(await pidOf("order", shop.process), "SIGKILL");
  expect(await shop.ended).toBe(1);
  expect(shop.output()).toContain("The order service was ended by SIGKILL");
  const stopped = [...shop.output().matchAll(/(\w+) +info +stopped/g)].map((match) => match[1]);
  expect(stopped).toEqual(names.filter((name) => name !== "order"));
  for (const name of names) expect(await isFree(portOf(name))).toBe(true);
});

it("says which service has a wrong configuration", async () => {
  const shop = launch(await portsOfAll(), { REQUEST_TIMEOUT_MS: "soon" });
  expect(await shop.ended).toBe(1);
  expect(shop.output()).toContain("REQUEST_TIMEOUT_MS");
  expect(shop.output()).toMatch(/service ended with code 78 \(its configuration is wrong/);
});

it("takes the services with it when it is killed", async () => {
  const portOf = await portsOfAll();
  const shop = launch(portOf);
  await shop.said("Shop is ready");
  const pids = await Promise.all(names.map((name) => pidOf(name, shop.process)));
  shop.process.kill("SIGKILL");
  await shop.ended;
  // They are nobody's children now, so there is no event to wait for.
  const patience = performance.now() + 10_000;
  for (const pid of pids) {
    while (isAlive(pid) && performance.now() < patience) await delay(20);
    expect(isAlive(pid)).toBe(false);
  }
  for (const name of names) expect(await isFree(portOf(name))).toBe(true);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function portsOfAll(): Promise<PortOf> {
  const ports = await freePorts(names);
  return (name) => ports[name] ?? 0;
}

/** The launcher with these ports and a data folder of its own. `ended` is its exit code, after its last output. */
function launch(portOf: PortOf, env: Record<string, string> = {}) {
  const launcher = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOST: "127.0.0.1",
      DATA_DIR: temporaryFolder(),
      ...Object.fromEntries(services.map(({ name, portVariable }) => [portVariable, String(portOf(name))])),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(launcher);
  let output = "";
  const heard = new EventEmitter();
  for (const stream of [launcher.stdout, launcher.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      heard.emit("output");
    });
  const ended = once(launcher, "close").then(([code]) => {
    running.delete(launcher);
    heard.emit("output");
    return code as number | null;
  });
  const isOver = () => launcher.exitCode !== null || launcher.signalCode !== null;
  return {
    process: launcher,
    output: () => output,
    ended,
    async said(words: string) {
      while (!output.includes(words)) {
        if (isOver()) throw new Error(`The launcher ended before it said "${words}":\n${output}`);
        await once(heard, "output");
      }
    },
  };
}

/** The process of a service, found as the launcher's child. */
async function pidOf(name: string, launcher: ChildProcess): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,args="]);
  const own = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  const row = own.find(
    ([, parent, ...args]) => parent === String(launcher.pid) && args.join(" ").includes(`/${name}/`),
  );
  return Number(row?.[0]);
}
