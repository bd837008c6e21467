import { expectExactly } from "./exactly.ts";
import { figure } from "./figures.ts";
import { ports, type Service, services, stores } from "./images.ts";
import { useNamespace } from "./namespace.ts";
import { useRelease } from "./release.ts";
import { buildNext } from "./variants.ts";
import {
  type Goods,
  letClientsIn,
  longestGap,
  makeGoods,
  startClientPod,
  startWriters,
  type Write,
} from "./writers.ts";

const namespace = useNamespace("upgrade");
const shop = useRelease(namespace);
const next = "e2e-next";
const written: Write[] = [];
let goods: Goods;

beforeAll(async () => {
  await Promise.all([shop.install(letClientsIn), ...services.map((service) => buildNext(service, next))]);
  await shop.ready();
  goods = await makeGoods(shop);
  await startClientPod(shop);
});

/** Longer than this a service is not away for an upgrade. */
const longestPauseMs = 30_000;

test.each(stores)("upgrade of %s under load: a pause, no error for who retries, nothing lost", async (service) => {
  const writers = await startWriters(shop, { name: `upgrade-${service}`, goods });
  await writers.more(25);
  const upgraded = stores.slice(0, stores.indexOf(service) + 1);
  await shop.upgrade({ ...letClientsIn, services: Object.fromEntries(upgraded.map(withTag)) });
  await shop.ready();
  await writers.more(25);
  const writes = await writers.stop();
  written.push(...writes);

  expect(await imagesOf(service)).toEqual([expect.stringMatching(`:${next}$`)]);
  const pause = longestGap(writes, service);
  const repeated = writes.filter(({ tries }) => tries > 1).length;
  figure(`longest time without a write to ${service}`, `${(pause / 1000).toFixed(1)} s`);
  expect(pause).toBeLessThan(longestPauseMs);
  await expectExactly(shop, goods, written);
  figure("writes, of which repeated, lost", `${writes.length}, ${repeated}, 0`);
});

const imagesOf = async (service: Service): Promise<readonly string[]> =>
  (await shop.podsOf(service)).map(({ spec }) => spec.containers[0].image);

const withTag = (service: Service) => [service, { image: { tag: next } }];

/** Asks over and over, by a connection each, as new clients do; prints how often which status or error came. */
const asking = `
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
const [url, seconds] = process.argv.slice(1);
const [key] = readFileSync("/key/admin", "utf8").split("\\n");
const ask = () => new Promise((resolve) => {
  get(url, { agent: false, headers: { "X-API-Key": key } }, (answer) => {
    answer.resume().once("end", () => resolve(answer.statusCode)).once("error", ({ code }) => resolve(code));
  }).once("error", ({ code }) => resolve(code));
});
const found = {};
for (const end = Date.now() + seconds * 1000; Date.now() < end; await delay(20)) {
  const state = await ask();
  found[state] = (found[state] ?? 0) + 1;
}
console.log(JSON.stringify(found));
`;

test("upgrade of the dashboard under load: nobody notices", async () => {
  let over = false;
  const upgrade = async () => {
    await shop.upgrade({ ...letClientsIn, services: Object.fromEntries(services.map(withTag)) });
    await shop.ready();
  };
  const upgraded = upgrade().finally(() => {
    over = true;
  });
  upgraded.catch(() => {});
  const url = `http://${shop.name}-dashboard:${ports.dashboard}/api/catalog/products`;
  const found: Record<string, number> = {};
  while (!over)
    for (const [state, count] of Object.entries<number>(JSON.parse(await namespace.node("client", asking, url, "3"))))
      found[state] = (found[state] ?? 0) + count;
  await upgraded;
  figure("requests, by what came of them", JSON.stringify(found));
  expect(found).toEqual({ 200: expect.any(Number) });
  expect(await imagesOf("dashboard")).toEqual([expect.stringMatching(`:${next}$`)]);
});
