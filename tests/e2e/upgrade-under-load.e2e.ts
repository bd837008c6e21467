import { expectExactly } from "./exactly.ts";
import { figure } from "./figures.ts";
import { type Service, services } from "./images.ts";
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

test.each(services)("upgrade of %s under load: a pause, no error for who retries, nothing lost", async (service) => {
  const writers = await startWriters(shop, { name: `upgrade-${service}`, goods });
  await writers.more(25);
  const upgraded = services.slice(0, services.indexOf(service) + 1);
  await shop.upgrade({ ...letClientsIn, services: Object.fromEntries(upgraded.map(withTag)) });
  await shop.ready();
  await writers.more(25);
  const writes = await writers.stop();
  written.push(...writes);

  const pods = await namespace.list("pods", "-l", `${shop.selector},app.kubernetes.io/component=${service}`);
  expect(pods.map(({ spec }) => spec.containers[0].image)).toEqual([expect.stringMatching(`:${next}$`)]);
  const pause = longestGap(writes, service);
  const repeated = writes.filter(({ tries }) => tries > 1).length;
  figure(`longest time without a write to ${service}`, `${(pause / 1000).toFixed(1)} s`);
  expect(pause).toBeLessThan(longestPauseMs);
  await expectExactly(shop, goods, written);
  figure("writes, of which repeated, lost", `${writes.length}, ${repeated}, 0`);
});

const withTag = (service: Service) => [service, { image: { tag: next } }];
