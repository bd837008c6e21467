import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { queryFile, temporaryFolder, testKey } from "@shop/platform/testing";
import { builtProgram } from "../chaos/built.ts";
import { createControlled } from "../chaos/processes.ts";
import { freePorts } from "../ports.ts";
import { type Answer, persist, type Watch } from "./persist.ts";

export const names = ["catalog", "cart", "order", "payment"] as const;
export type Name = (typeof names)[number];

export type Shop = Awaited<ReturnType<typeof startShop>>;

/** The four services of the build as processes that can be killed; each keeps its port and its data. */
export async function startShop() {
  const folder = temporaryFolder();
  const ports = await freePorts(names);
  const url = (name: Name) => `http://127.0.0.1:${ports[name]}`;
  const env = {
    API_KEY: testKey,
    SEED_PRODUCTS: "false",
    LOG_LEVEL: "warn",
    RECONCILE_EVERY_S: "1",
    // Shorter than what an order needs to be payable, so that asking for it has an effect.
    ORDER_EXPIRY_S: "600",
    CATALOG_URL: url("catalog"),
    ORDER_URL: url("order"),
    PAYMENT_URL: url("payment"),
  };
  const failures: string[] = [];
  const processes = Object.fromEntries(
    names.map((name) => {
      const program = builtProgram(name, { folder, port: ports[name], env });
      const endedByItself = (code: number | null, words: string) => {
        // While it was dead the kernel may have lent its port to a connection for a moment.
        if (!/port \d+ is in use/.test(words)) failures.push(`${name} ended by itself with ${code}: ${words}`);
      };
      return [name, createControlled(program, { afterKill: async () => {}, endedByItself })] as const;
    }),
  ) as Record<Name, ReturnType<typeof createControlled>>;

  const ready = async (name: Name): Promise<void> => {
    while (!(await processes[name].isReady())) await delay(50);
  };
  await Promise.all(names.map((name) => processes[name].begin({ name, downMs: 0, againAfterMs: [] })));
  await Promise.all(names.map(ready));

  let keys = 0;
  /** A successful answer's body. */
  const bodyOf = ({ status, text }: Answer, path: string) => {
    if (status >= 300) throw new Error(`${path} was answered ${status} ${text}`);
    return JSON.parse(text);
  };
  const get = async (name: Name, path: string) =>
    bodyOf(await persist({ port: ports[name], method: "GET", path }), path);

  return {
    /** The final answer to one of many who send the same. */
    ask: (name: Name, asked: { path: string; body?: unknown; key: string }, watch?: Watch): Promise<Answer> =>
      persist({ port: ports[name], ...asked }, watch),
    get,
    /** What a POST under a key of its own is answered in the end. */
    post: async (name: Name, path: string, body?: unknown) =>
      bodyOf(await persist({ port: ports[name], path, body, key: `preparation-${++keys}` }), path),
    put: async (name: Name, path: string, body: unknown) =>
      bodyOf(await persist({ port: ports[name], method: "PUT", path, body }), path),
    /** Reads until what was read is as it should be, or throws. */
    async getUntil(name: Name, path: string, isRight: (body: ReturnType<typeof bodyOf>) => boolean) {
      const until = performance.now() + 10_000;
      for (; ; await delay(25)) {
        const body = await get(name, path);
        if (isRight(body)) return body;
        if (performance.now() > until) throw new Error(`${path} stays ${JSON.stringify(body)}`);
      }
    },
    /** The rows of one of the shop's database files. */
    rows: (file: string, sql: string, bindings: readonly unknown[]) =>
      queryFile<Record<string, unknown>>(join(folder, file), sql, bindings),
    /** kill -9 and the start after it; until it is ready. */
    async strike(name: Name): Promise<void> {
      await processes[name].strike({ name, downMs: 0, againAfterMs: [] });
      await ready(name);
    },
    kills: (name: Name): number => processes[name].kills(),
    /** Throws when a process ended by itself meanwhile. */
    async stop(): Promise<void> {
      await Promise.all(names.map((name) => processes[name].stop()));
      if (failures.length > 0) throw new Error(failures.join("\n"));
    },
  };
}
