import { expectExactly } from "./exactly.ts";
import { figure, secondsSince } from "./figures.ts";
import { useNamespace } from "./namespace.ts";
import { useRelease, type Values } from "./release.ts";
import { buildChanged } from "./variants.ts";
import { type Goods, letClientsIn, makeGoods, startClientPod, startWriters, type Write } from "./writers.ts";

// A release that is no good takes the order service away, and nothing else: the others go on, its data stay as they are,
// and `helm rollback` brings it back.

const namespace = useNamespace("rollback");
const shop = useRelease(namespace);
const pod = shop.podOf("order");
const written: Write[] = [];
let goods: Goods;

beforeAll(async () => {
  await shop.install(letClientsIn);
  await shop.ready();
  goods = await makeGoods(shop);
  await startClientPod(shop);
  const writers = await startWriters(shop, { name: "before", goods });
  await writers.more(20);
  written.push(...(await writers.stop()));
});

const orderOf = (tag: string): Values => ({ ...letClientsIn, services: { order: { image: { tag } } } });

/** Until order's container waits for that reason, in place of running. */
const waitsFor = (reason: RegExp) =>
  namespace.watch(["pod", pod], (all) =>
    reason.test(all.get(pod)?.status.containerStatuses?.[0]?.state.waiting?.reason),
  );
const crashes = /^CrashLoopBackOff$/;
const lastWords = () => namespace.kubectl("logs", pod, "--previous");

async function rollBack(): Promise<void> {
  const { status } = await shop.call("catalog", `GET /products/${goods.sold}`);
  expect(status).toBe(200);
  const begin = performance.now();
  await shop.rollback();
  await shop.ready();
  figure("helm rollback to ready", secondsSince(begin));
}

/** All that was written is there, and more can be. */
async function expectUsable(name: string): Promise<void> {
  await expectExactly(shop, goods, written);
  const writers = await startWriters(shop, { name, goods });
  await writers.more(5);
  written.push(...(await writers.stop()));
  await expectExactly(shop, goods, written);
}

const migrationsOfOrder = `
import sqlite3 from "/app/node_modules/sqlite3/lib/sqlite3.js";
const database = new sqlite3.Database("/data/orders.db", sqlite3.OPEN_READONLY);
database.all("SELECT name FROM schema_migrations", (error, rows) => {
  if (error) throw error;
  console.log(JSON.stringify(rows.map(({ name }) => name)));
});
`;
const migrated = async (): Promise<string[]> => JSON.parse(await namespace.node(pod, migrationsOfOrder));

const withMigration = (name: string, oldestCode: number, sql: string) => ({
  "migrations.ts": (source: string) =>
    source.replace(/\];\s*$/, `{ name: "${name}", oldestCode: ${oldestCode}, sql: "${sql}" },\n];\n`),
});

test("an image that is not there", async () => {
  await shop.upgrade(orderOf("e2e-not-built"));
  await waitsFor(/^(ErrImagePull|ImagePullBackOff)$/);
  await rollBack();
  await expectUsable("no-image");
});

test("a migration that fails", async () => {
  const sql = "CREATE TABLE halves (id INTEGER); INSERT INTO nowhere VALUES (1)";
  await buildChanged("order", "e2e-bad-migration", withMigration("9001-fails", 1, sql));
  await shop.upgrade(orderOf("e2e-bad-migration"));
  await waitsFor(crashes);
  expect(await lastWords()).toMatch(/migration 9001-fails failed on \/data\/orders\.db and changed nothing/);
  await rollBack();
  expect(await migrated()).not.toContain("9001-fails");
  await expectUsable("bad-migration");
});

test("a release that migrates and then does not start", async () => {
  await buildChanged("order", "e2e-bad-release", {
    ...withMigration("9002-works", 1, "ALTER TABLE orders ADD COLUMN gift TEXT"),
    "service.ts": (source) => source.replace(/^ {2}wire\(.*{$/m, '$&\n    throw new Error("a bug of this release");'),
  });
  await shop.upgrade(orderOf("e2e-bad-release"));
  await waitsFor(crashes);
  expect(await lastWords()).toContain("a bug of this release");
  await rollBack();
  expect(await migrated()).toContain("9002-works");
  await expectUsable("bad-release");
});

test("a migration that the version before cannot work with keeps that from the data; forward it goes on", async () => {
  const sql = "ALTER TABLE orders ADD COLUMN channel TEXT";
  await buildChanged("order", "e2e-one-way", withMigration("9003-one-way", 9003, sql));
  await shop.upgrade(orderOf("e2e-one-way"));
  await shop.ready();
  await expectUsable("one-way");
  await shop.rollback();
  await waitsFor(crashes);
  expect(await lastWords()).toContain("run version 9003 or newer");
  await shop.upgrade(orderOf("e2e-one-way"));
  await shop.ready();
  await expectUsable("forward");
});
