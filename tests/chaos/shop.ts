import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePorts } from "../ports.ts";
import { builtProgram } from "./built.ts";
import { brokenAtRest } from "./checker/at-rest.ts";
import { damageOf } from "./checker/database-file.ts";
import type { Faults } from "./faults.ts";
import type { Plan } from "./plan.ts";
import { type Controlled, createControlled } from "./processes.ts";
import { createProxy, type FaultyWay } from "./proxy.ts";
import type { Random } from "./random.ts";
import type { Trouble } from "./records.ts";

/** The processes, and the file that each owns. */
export const files = {
  catalog: "products.db",
  cart: "carts.db",
  order: "orders.db",
  payment: "payments.db",
  provider: "provider.db",
} as const;
export type Name = keyof typeof files;
export const names = Object.keys(files) as readonly Name[];

/** Who calls whom. `buyer` stands for everyone outside. */
export const edges = [
  ...["buyer>catalog", "buyer>cart", "buyer>order", "buyer>payment"],
  ...["cart>catalog", "cart>order", "order>catalog", "order>payment", "payment>order", "payment>provider"],
] as const;

/** An order that costs more is declined by the provider. */
export const declinedAbove = 4000;

export interface Shop {
  readonly key: string;
  /** Where everyone outside finds a service: behind a proxy. */
  urlOf(name: Exclude<Name, "provider">): string;
  readonly processes: readonly Controlled[];
  process(name: string): Controlled;
  /** Starts all for the first time, kills in it included, and waits until all are ready. */
  begin(births: Plan["births"]): Promise<void>;
  /** Resolves when every process says that it is ready. Throws after a minute. */
  ready(): Promise<void>;
  hangUp(): void;
  /** Stops all as an operator would; each that did not end well is a line. */
  stop(): Promise<readonly string[]>;
}

/** The whole shop as it is installed: compiled, in production mode, with a proxy on every edge. */
export async function createShop(options: {
  folder: string;
  faults: Faults;
  random: Random;
  trouble: Trouble;
}): Promise<Shop> {
  const { folder, faults, random, trouble } = options;
  const key = randomBytes(24).toString("hex");
  const ports = await freePorts(names);
  const proxies: Record<string, FaultyWay> = {};
  for (const edge of edges) {
    const [from, to] = edge.split(">") as [string, Name];
    // A buyer's request without a key is allowed to act each time that it arrives; what services send is not.
    const repeatable = from === "buyer" ? isRepeatable : () => true;
    proxies[edge] = await createProxy({ edge, port: ports[to], faults, random: random.fork(edge), repeatable });
  }
  let stopped = false;
  const urlOf = (edge: (typeof edges)[number]): string => proxies[edge]?.url ?? "";
  const hangUp = () => {
    for (const proxy of Object.values(proxies)) proxy.hangUp();
  };

  const common = {
    NODE_ENV: "production",
    API_KEY: key,
    WEBHOOK_SECRET: `whsec_${randomBytes(32).toString("base64")}`,
    LOG_LEVEL: "warn",
    REQUEST_TIMEOUT_MS: "2500",
    RECONCILE_EVERY_S: "2",
    SWEEP_DELAY_S: "0",
    ORDER_EXPIRY_S: "12",
    PAYMENT_DECLINE_ABOVE: String(declinedAbove),
  };
  const peers: Record<Name, Record<string, string>> = {
    catalog: {},
    cart: { CATALOG_URL: urlOf("cart>catalog"), ORDER_URL: urlOf("cart>order") },
    order: { CATALOG_URL: urlOf("order>catalog"), PAYMENT_URL: urlOf("order>payment") },
    payment: { ORDER_URL: urlOf("payment>order"), PROVIDER_URL: urlOf("payment>provider") },
    provider: {},
  };
  const processes = names.map((name) => {
    const file = join(folder, files[name]);
    const program = builtProgram(name, { folder, port: ports[name], env: { ...common, ...peers[name] } });
    return createControlled(program, {
      async afterKill() {
        for (const line of await damageOf(file, false))
          trouble("the files are sound after each kill", `${files[name]}: ${line}`);
        for (const { rule, detail } of await brokenAtRest(name, file)) trouble(rule, `after a kill: ${detail}`);
      },
      endedByItself(code, lastWords) {
        // Its port may be the near end of somebody's kept connection: then all of these are ended.
        if (/port \d+ is in use/.test(lastWords)) hangUp();
        else trouble("no process ends by itself", `${name}, code ${code}: ${lastWords}`);
      },
    });
  });
  const process = (name: string): Controlled => {
    const found = processes.find((each) => each.name === name);
    if (!found) throw new Error(`There is no process ${name}.`);
    return found;
  };
  const ready = async (): Promise<void> => {
    const until = performance.now() + 60_000;
    for (const each of processes)
      while (!(await each.isReady())) {
        if (performance.now() > until) throw new Error(`${each.name} does not become ready; see ${folder}`);
        await delay(50);
      }
  };

  return {
    key,
    urlOf: (name) => urlOf(`buyer>${name}`),
    processes,
    process,
    ready,
    hangUp,
    async begin(births) {
      await Promise.all(births.map((birth) => process(birth.name).begin(birth)));
      await ready();
    },
    async stop() {
      if (stopped) return [];
      stopped = true;
      const codes = await Promise.all(processes.map(async (each) => ({ name: each.name, code: await each.stop() })));
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
      return codes.flatMap(({ name, code }) => (code === 0 ? [] : [`${name} did not stop well: ${code ?? "killed"}`]));
    },
  };
}

const isRepeatable = ({ method, headers }: { method: string; headers: Record<string, unknown> }): boolean =>
  method === "GET" || "idempotency-key" in headers;
