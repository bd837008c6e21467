import { eventually } from "./client.ts";
import { run } from "./cluster.ts";
import { figure, secondsSince } from "./figures.ts";
import { type Store, services, stores } from "./images.ts";
import { samples } from "./metrics.ts";
import { useNamespace } from "./namespace.ts";
import { node, nodePod } from "./node-pod.ts";
import { ports, useRelease } from "./release.ts";

const namespace = useNamespace("keys");
const shop = useRelease(namespace);
const secretOf = (entry: string): string => `${shop.name}-key-${entry}`;
const entries = ["admin", "backup", "cart", "order", "payment", "webhook-secret"];

beforeAll(async () => {
  await shop.install();
  await shop.ready(240_000);
});

const requests: Readonly<Record<Store, string>> = {
  catalog: "GET /products",
  cart: "GET /cart/ann",
  order: "GET /orders",
  payment: "GET /payments",
};

test.each([
  // A service takes the keys of those who call it, and of callers that are no service.
  ["catalog", { admin: 200, cart: 200, order: 200, payment: 401, backup: 403 }],
  ["cart", { admin: 200, cart: 401, order: 401, payment: 401, backup: 403 }],
  ["order", { admin: 200, cart: 403, order: 401, payment: 403, backup: 403 }],
  ["payment", { admin: 200, cart: 401, order: 200, payment: 401, backup: 403 }],
] as const)(
  "the %s service answers 401 without and with a wrong key, 403 to callers without the scope",
  async (service, statuses) => {
    const request = requests[service];
    expect(await shop.call(service, request, { caller: null })).toMatchObject({ status: 401 });
    expect(await shop.call(service, request, { key: "x".repeat(40) })).toMatchObject({ status: 401 });
    const found: Record<string, number> = {};
    for (const caller of Object.keys(statuses)) found[caller] = (await shop.call(service, request, { caller })).status;
    expect(found).toEqual(statuses);
  },
);

test("a key that may only read the catalog cannot change it", async () => {
  const body = { sku: "thing", name: "Thing", description: "", price: 1, stock: 1 };
  const { status } = await shop.call("catalog", "POST /products", { caller: "cart", body });
  expect(status).toBe(403);
});

test("no service holds a key but the one that it presents itself", async () => {
  for (const service of stores) {
    const files = 'for file in /var/run/shop/keys/*; do cat "$file"; echo; done';
    const seen = await namespace.kubectl("exec", shop.podOf(service), "--", "sh", "-c", files);
    const lines = seen.split("\n").filter((line) => line !== "");
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) expect(line).toMatch(/^sha256:[0-9a-f]{64}$/);
  }
});

/** Buys over and over, two shoppers at a time: each journey goes ways of all callers but backup. */
const buyers = nodePod("buyers", {
  labels: {
    "app.kubernetes.io/name": "shop",
    "app.kubernetes.io/instance": shop.name,
    "app.kubernetes.io/component": "journey",
  },
  command: node(`
    import { spawn } from "node:child_process";
    import { once } from "node:events";
    const buy = async () => { for (;;) await once(spawn("node", ["/scripts/journey.mjs"], { stdio: "inherit" }), "close"); };
    buy(); buy();
  `),
  env: {
    API_KEY_FILE: "/var/run/shop/key",
    ...Object.fromEntries(
      stores.map((service) => [`${service.toUpperCase()}_URL`, `http://${shop.name}-${service}:${ports[service]}`]),
    ),
  },
  mounts: {
    "/scripts": { configMap: { name: `${shop.name}-journey` } },
    "/var/run/shop": { secret: { secretName: secretOf("admin"), items: [{ key: "admin", path: "key" }] } },
  },
});

/** The journeys that ended well so far; what failed is an error. */
async function journeysOf(pod: string): Promise<number> {
  const log = await namespace.kubectl("logs", pod);
  expect(log).not.toMatch(/FAIL|NOT as promised/);
  return log.match(/is as promised/g)?.length ?? 0;
}

/** What was refused, failed or served without a peer so far, over all services, and all requests. */
async function troubles() {
  const all = (await Promise.all(services.map((service) => samples(shop, service)))).flat();
  const sum = (name: string, isCounted: (labels: Readonly<Record<string, string>>) => boolean) =>
    all.filter((each) => each.name === name && isCounted(each.labels)).reduce((total, { value }) => total + value, 0);
  const requests = "http_request_duration_seconds_count";
  const peers = "peer_request_duration_seconds_count";
  return {
    answered: sum(requests, () => true),
    refused: sum(requests, ({ status }) => status === "401" || status === "403"),
    failed: sum(requests, ({ status }) => Number(status) >= 500),
    withoutPeer: sum("peer_fail_open_total", () => true) + sum(peers, ({ outcome }) => outcome === "unauthorized"),
    undelivered: sum("outbox_attempts_total", ({ outcome }) => outcome !== "delivered"),
  };
}

async function starts() {
  const pods = await namespace.list("pods", "-l", shop.selector);
  return pods.map(({ metadata, status }) => [metadata.name, metadata.uid, status.containerStatuses[0].restartCount]);
}

const rotate = (entry: string) =>
  run(process.execPath, ["scripts/rotate-key.mjs", entry, "--namespace", namespace.name], { withinMs: 1_200_000 });

test("every key and the webhook secret are rotated while the shop is used: no request fails, no pod restarts", async () => {
  await namespace.apply(buyers);
  await namespace.kubectl("wait", "--for=condition=Ready", "pod/buyers", "--timeout=120s");
  const [before, startsBefore] = [await troubles(), await starts()];
  const old = Object.fromEntries(await Promise.all(entries.map(async (entry) => [entry, await shop.key(entry)])));

  const begin = performance.now();
  await Promise.all(entries.map(rotate));
  figure("all six rotated at the same time in", secondsSince(begin));

  const journeys = await journeysOf("buyers");
  expect(journeys).toBeGreaterThan(10);
  const after = await troubles();
  const { answered } = after;
  expect(after).toEqual({ ...before, answered });
  expect(await starts()).toEqual(startsBefore);
  figure("journeys meanwhile", journeys);
  figure("requests answered meanwhile, all as they should be", answered - before.answered);

  for (const entry of entries) expect(await shop.key(entry)).not.toBe(old[entry]);
  for (const service of stores)
    expect(await shop.call(service, requests[service], { key: old.admin })).toMatchObject({ status: 401 });
}, 1_500_000);

test("a key that was rotated is brought back by no upgrade and no rollback", async () => {
  const now = () => Promise.all(entries.map((entry) => shop.key(entry)));
  const rotated = await now();
  await shop.upgrade({ settings: { reconcileEverySeconds: 20 } });
  await shop.rollback(1);
  expect(await now()).toEqual(rotated);
  await shop.ready();
});

test("a caller whose Secret is deleted is refused; the others go on, pods start, and it gets another key by an upgrade", async () => {
  const key = await shop.key("backup");
  const statuses = () =>
    Promise.all(stores.map(async (service) => (await shop.call(service, requests[service], { key })).status));
  await namespace.kubectl("delete", "secret", secretOf("backup"));
  const begin = performance.now();
  await eventually(async () => expect(await statuses()).toEqual([401, 401, 401, 401]), 180_000);
  figure("a deleted key is refused everywhere after", secondsSince(begin));
  await namespace.kubectl("delete", "pod", "--wait=false", shop.podOf("cart"));
  await shop.ready();
  expect(await statuses()).toEqual([401, 401, 401, 401]);
  expect(await shop.call("cart", requests.cart)).toMatchObject({ status: 200 });

  await shop.upgrade();
  expect(await shop.key("backup")).toHaveLength(40);
  expect(await shop.key("backup")).not.toBe(key);
}, 400_000);
