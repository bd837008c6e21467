import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const product = { id: 1, sku: "LAPTOP", name: "Laptop", price: 999.99, currency: "USD", stock: 1000, available: 1000 };
const body = JSON.stringify(Array.from({ length: 3 }, (_, n) => ({ ...product, id: n + 1 })));

/** What the door costs, on a core of its own where `taskset` can give it one. Times in ms. */
export async function measureDoor({ seconds = 5, connections = 32 } = {}) {
  const service = createServer((_request, answer) => {
    answer.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    answer.end(body);
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  const direct = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const { process: door, url } = await startDoor(direct);
  try {
    const paths = { direct: `${direct}/products`, through: `${url}/api/catalog/products` };
    // Both in turn, so that what else the machine does falls on both.
    await load(paths.through, 1, connections);
    const [alone, passed]: [number[], number[]] = [[], []];
    for (let round = 0; round < 5; round++) {
      alone.push(...(await load(paths.direct, seconds / 10, 1)));
      passed.push(...(await load(paths.through, seconds / 10, 1)));
    }
    const busy = await load(paths.through, seconds, connections);
    return { addedMs: median(passed) - median(alone), perSecond: Math.round(busy.length / seconds) };
  } finally {
    const ended = once(door, "exit");
    door.kill("SIGTERM");
    await ended;
    service.close();
    service.closeAllConnections();
  }
}

async function startDoor(peer: string): Promise<{ process: ChildProcess; url: string }> {
  const main = [process.execPath, "services/dashboard/dist/main.js"];
  const pinned = spawnSync("taskset", ["-c", "0", "true"]).status === 0 ? ["taskset", "-c", "0", ...main] : main;
  const [command = "", ...args] = pinned;
  const peers = { CATALOG_URL: peer, CART_URL: peer, ORDER_URL: peer, PAYMENT_URL: peer };
  const env = { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", RATE_LIMIT_PER_S: "1000000", LOG_LEVEL: "info" };
  const door = spawn(command, args, { cwd: root, env: { ...env, ...peers }, stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    door.once("exit", (code) => reject(new Error(`The dashboard ended with code ${code}.`)));
    // Read to the end: a log that nobody takes would hold the process up.
    door.stdout.on("data", (lines: Buffer) => {
      const port = /"port":(\d+).*"ready"/.exec(String(lines))?.[1];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
  });
  return { process: door, url };
}

/** Sends one request after the other on each connection; the time of each, in ms. Throws on an answer other than 200. */
async function load(url: string, seconds: number, connections: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      get(url, { agent, headers: { "x-api-key": "secret-key-123" } }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`));
        answer.resume().once("end", resolve);
      }).once("error", reject);
    });
  const client = async () => {
    while (performance.now() < until) {
      const began = performance.now();
      await ask();
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  agent.destroy();
  return times;
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
