import { expectExactly } from "./exactly.ts";
import { figure } from "./figures.ts";
import { type Store, stores } from "./images.ts";
import { allowKill, killService } from "./kill.ts";
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

// While clients write to all services that keep data, and repeat what was not answered, something happens to the pods; then the shop
// holds what was acknowledged, nothing less and nothing twice. Each test compares all that the tests before it wrote.

const namespace = useNamespace("data");
const shop = useRelease(namespace);
const written: Write[] = [];
let goods: Goods;

beforeAll(async () => {
  await shop.install(letClientsIn);
  await shop.ready();
  goods = await makeGoods(shop);
  await startClientPod(shop);
});

/** Writes before, while and after `happens`. */
async function writeWhile(name: string, happens: () => Promise<void>): Promise<void> {
  const writers = await startWriters(shop, { name, goods });
  await writers.more(20);
  await happens();
  await shop.ready();
  await writers.more(20);
  const writes = await writers.stop();
  written.push(...writes);
  figure("writes, of which repeated", `${writes.length}, ${writes.filter(({ tries }) => tries > 1).length}`);
  const pauses = stores.map((service) => `${service} ${(longestGap(writes, service) / 1000).toFixed(1)} s`);
  figure("longest time without a write", pauses.join(", "));
  await expectExactly(shop, goods, written);
}

test("kubectl delete pod of each service", () =>
  writeWhile("deleted", async () => {
    await namespace.kubectl("delete", "pod", "--wait=false", ...stores.map(shop.podOf));
  }));

test("SIGKILL of each service while it writes", async () => {
  for (const service of stores) await allowKill(shop, service);
  await shop.ready();
  await writeWhile("killed", async () => {
    for (const service of stores) await killService(shop, service);
  });
});

test("helm upgrade to other images and another setting", async () => {
  const tag = "e2e-next";
  await Promise.all(stores.map((service) => buildNext(service, tag)));
  const image = Object.fromEntries(stores.map((service: Store) => [service, { image: { tag } }]));
  const values = { ...letClientsIn, services: image, settings: { reconcileEverySeconds: 20 } };
  await writeWhile("upgraded", async () => {
    await shop.upgrade(values);
  });
  const { spec } = await namespace.get("pod", shop.podOf("order"));
  expect(spec.containers[0].image).toMatch(/:e2e-next$/);
  expect(spec.containers[0].env).toContainEqual({ name: "RECONCILE_EVERY_S", value: "20" });
});

test("helm uninstall keeps the claims and the keys, and helm install finds them again", async () => {
  const claims = async () => (await namespace.list("pvc")).map(({ metadata }) => [metadata.name, metadata.uid]);
  const keys = async () =>
    (await namespace.list("secrets", "-l", `${shop.selector},app.kubernetes.io/component=keys`)).map(
      ({ data }) => data,
    );
  const before = { claims: await claims(), keys: await keys() };
  await shop.uninstall();
  // At once, as people do: the old pods may still be stopping.
  await shop.install(letClientsIn);
  await shop.ready();

  expect({ claims: await claims(), keys: await keys() }).toEqual(before);
  expect(before.keys).toHaveLength(6);
  expect(before.claims).toHaveLength(stores.length);
  await expectExactly(shop, goods, written);
  await writeWhile("reinstalled", async () => {});
});
