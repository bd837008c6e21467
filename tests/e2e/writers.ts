import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { type Store, stores } from "./images.ts";
import { node, nodePod } from "./node-pod.ts";
import { ports, type Release, type Values } from "./release.ts";

/** One write and how it ended; acknowledged when its status is 2xx. */
export interface Write {
  readonly service: Store;
  /** What was written to: the product, the cart's or the order's user, the order that was paid. */
  readonly subject: string | number;
  readonly key: string;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly tries: number;
  /** On the clock of the pod, in milliseconds. */
  readonly began: number;
  readonly at: number;
  /** Of what was made. */
  readonly id?: string;
  readonly code?: string;
  readonly detail?: string;
}

export interface Goods {
  /** Only its stock is adjusted. */
  readonly counted: number;
  /** What is put into carts and ordered. */
  readonly sold: number;
}

const client = { "shop-e2e": "client" };

/** Values by which the network policies let the writers' pod in. */
export const letClientsIn: Values = { networkPolicy: { allowFrom: [{ podSelector: { matchLabels: client } }] } };

/** A pod that belongs to no release, with a release's key of admin in /key: where requests of the cluster's own come from. */
export async function startClientPod({ namespace, name }: Release, pod = "client"): Promise<string> {
  const secret = { secretName: `${name}-key-admin`, items: [{ key: "admin", path: "admin" }] };
  const idle = node("setInterval(() => {}, 60_000)");
  await namespace.apply(nodePod(pod, { labels: client, command: idle, mounts: { "/key": { secret } } }));
  await namespace.kubectl("wait", `pod/${pod}`, "--for=condition=Ready", "--timeout=60s");
  return pod;
}

/** Two products with stock enough for any test. */
export async function makeGoods({ call }: Release): Promise<Goods> {
  const make = async (name: string, stock: number): Promise<number> =>
    (await call("catalog", "POST /products", { body: { name, price: 10, stock } })).body.id;
  return { counted: await make("Counted", 0), sold: await make("Sold", 1_000_000) };
}

export type Writers = Awaited<ReturnType<typeof startWriters>>;

/**
 * Writers in a pod beside the shop: each writes to one service without end, under a new Idempotency-Key each time, and
 * repeats what was not answered. With `patienceMs: 0` nothing is repeated. `name` must be new for each call.
 */
export async function startWriters(
  { namespace, name: release }: Release,
  {
    name,
    goods,
    pod = "client",
    everyMs = 20,
    patienceMs = 90_000,
  }: {
    readonly name: string;
    readonly goods: Goods;
    readonly pod?: string;
    readonly everyMs?: number;
    readonly patienceMs?: number;
  },
) {
  const script = readFileSync(new URL("in-pod/writers.mjs", import.meta.url), "utf8");
  const urls = Object.fromEntries(stores.map((service) => [service, `http://${release}-${service}:${ports[service]}`]));
  const config = JSON.stringify({ name, urls, goods, everyMs, patienceMs });
  const command = ["node", "--input-type=module", "--eval", script, "--", config];
  const args = ["--namespace", namespace.name, "exec", "--stdin", pod, "--", ...command];
  const child = spawn("kubectl", args, { stdio: "pipe" });
  const stderr = text(child.stderr);
  const writes: Write[] = [];
  const told = new EventEmitter();
  const ended = once(child, "close").then(async ([code]) => {
    told.emit("write");
    if (code !== 0) throw new Error(`the writers ended with ${code}: ${await stderr}`);
  });
  ended.catch(() => {});
  createInterface(child.stdout).on("line", (line) => {
    writes.push(JSON.parse(line));
    told.emit("write");
  });
  const countOf = (service: Store) =>
    writes.filter((write) => write.service === service && isAcknowledged(write)).length;

  const writers = {
    writes: writes as readonly Write[],
    /** Until `service`, or each of them, has acknowledged so many more. Throws after two minutes, with who has not. */
    async more(count: number, service?: Store): Promise<void> {
      const goals = (service ? [service] : stores).map((one): [Store, number] => [one, countOf(one) + count]);
      const missing = () => goals.filter(([one, goal]) => countOf(one) < goal);
      const late = () => {
        const last = missing().map(([one]) => JSON.stringify(writes.findLast((write) => write.service === one)));
        return new Error(`too few writes of ${missing().join(" of ")}; the last: ${last.join(", ")}`);
      };
      await inTime(late, async (isOver) => {
        while (missing().length > 0 && !isOver())
          await Promise.race([once(told, "write"), ended.then(() => Promise.reject(new Error("the writers ended")))]);
      });
    },
    /** Lets each finish what it is at. Throws when they do not within two minutes. */
    async stop(): Promise<readonly Write[]> {
      child.stdin.end();
      await inTime(
        () => new Error(`the writers do not end; the last writes: ${JSON.stringify(writes.slice(-4))}`),
        () => ended,
      );
      return writes;
    },
  };
  return writers;
}

async function inTime(late: () => Error, work: (isOver: () => boolean) => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isOver = true;
      reject(late());
    }, 120_000);
  });
  try {
    await Promise.race([work(() => isOver), end]);
  } finally {
    clearTimeout(timer);
  }
}

export const isAcknowledged = ({ status }: Write): boolean => status >= 200 && status < 300;

/** The longest time between two successes of a service, in milliseconds: its pause, as its clients saw it. */
export function longestGap(writes: readonly Write[], service: Store): number {
  const times = writes.filter((write) => write.service === service && isAcknowledged(write)).map(({ at }) => at);
  return Math.max(0, ...times.map((at, index) => at - (times[index - 1] ?? at)));
}
