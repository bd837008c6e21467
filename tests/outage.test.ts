import { join } from "node:path";
import { catalogService } from "@shop/catalog";
import { orderService } from "@shop/order";
import {
  caller,
  eventually,
  queryFile,
  type RecordedRequest,
  startFakePeer,
  startTestService,
  temporaryFolder,
} from "@shop/platform/testing";
import { killSpawned, spawnService } from "../services/payment/src/testing/spawn-service.ts";
import { startShop } from "./shop.ts";

// Payments that meet an outage end by themselves, and the provider's ledger says what was taken for them.

type Call = ReturnType<typeof caller>;

/** What a payment may take to end once everything is up again. */
const healedMs = 60_000;
const price = 999.99;
const cents = 99_999;
const stock = 1000;

const running: (() => Promise<void>)[] = [];
async function stopAll(): Promise<void> {
  for (const stop of running.splice(0).reverse()) await stop();
}
afterEach(async () => {
  await stopAll();
  killSpawned();
});

/** Follows what starts with what ends it. */
async function kept<Service extends { stop(): Promise<void> }>(starting: Promise<Service>): Promise<Service> {
  const service = await starting;
  running.push(() => service.stop());
  return service;
}

const many = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make));

/** Orders of one piece of product 1. */
const place = async (call: Call, count: number) =>
  (await many(count, () => call("POST", "/orders?user_id=ann", { body: [{ product_id: 1, quantity: 1, price }] }))).map(
    ({ status, body }) => {
      expect(status).toBe(201);
      return body as { id: string; expires_at: string; verification: string };
    },
  );

const pay = (call: Call, id: string) => call("POST", `/pay?order_id=${id}&amount=${price}`);

/** Whether the list has `count` entries and all of them look like `wanted`. */
async function allAre(call: Call, path: string, count: number, wanted: Record<string, unknown>): Promise<boolean> {
  const { body } = await call("GET", `${path}?limit=500`);
  const isWanted = (row: Record<string, unknown>) =>
    Object.entries(wanted).every(([name, value]) => row[name] === value);
  return body.length === count && body.every(isWanted);
}

/** What the provider took in all and did not give back: an entry a charge. */
async function capturedIn(folder: string): Promise<readonly { order_id: string; amount: number }[]> {
  const ledger = join(folder, "provider.db");
  expect(await queryFile(ledger, "SELECT id FROM refunds")).toEqual([]);
  return queryFile(ledger, "SELECT order_id, amount FROM charges WHERE declined_code IS NULL ORDER BY order_id");
}
const once = (ids: readonly string[]) => ids.toSorted().map((order_id) => ({ order_id, amount: cents }));

const stockIn = (folder: string) =>
  queryFile(join(folder, "products.db"), "SELECT stock, reserved FROM products WHERE id = 1");
const holdsIn = (folder: string) =>
  queryFile(join(folder, "products.db"), "SELECT state, count(*) AS holds FROM reservations GROUP BY state");

/** Pays a hundred orders while their service is away, and for longer than the orders may stay unpaid. */
async function payWithoutOrderService(expiryS: number) {
  const env = { SEED_PRODUCTS: "true", RECONCILE_EVERY_S: "0.5", ORDER_EXPIRY_S: String(expiryS) };
  const shop = await kept(startShop(env));
  const orders = await place(shop.order.call, 100);
  await shop.order.stop();

  const answers = await Promise.all(orders.map(({ id }) => pay(shop.payment.call, id)));
  expect(answers.map(({ status, body }) => [status, body.status])).toEqual(Array(100).fill([202, "PENDING"]));
  return {
    shop,
    orders,
    comeBack: () =>
      kept(
        startTestService(orderService, {
          ...env,
          DATA_DIR: shop.dataDir,
          PORT: String(shop.order.port),
          CATALOG_URL: shop.catalog.url,
          PAYMENT_URL: shop.payment.url,
          SWEEP_DELAY_S: "0",
        }),
      ),
  };
}

test("the order service is away for a hundred payments: once back, each is charged once and its order PAID", async () => {
  const { shop, orders, comeBack } = await payWithoutOrderService(1800);
  const order = await comeBack();
  await eventually(() => allAre(order.call, "/orders", 100, { status: "PAID", hold: "confirmed" }), healedMs);
  expect(await allAre(shop.payment.call, "/payments", 100, { status: "SUCCEEDED", amount: price })).toBe(true);

  await stopAll();
  expect(await capturedIn(shop.dataDir)).toEqual(once(orders.map(({ id }) => id)));
  expect(await stockIn(shop.dataDir)).toEqual([{ stock: stock - 100, reserved: 0 }]);
}, 90_000);

test("it is away for longer than the orders may wait: each payment is refused with the reason, and nothing is charged", async () => {
  const { shop, orders, comeBack } = await payWithoutOrderService(1);
  const lastExpiry = Math.max(...orders.map(({ expires_at }) => Date.parse(expires_at)));
  await eventually(() => Date.now() > lastExpiry);
  const order = await comeBack();
  await eventually(() => allAre(shop.payment.call, "/payments", 100, { status: "FAILED" }), healedMs);
  await eventually(() => allAre(order.call, "/orders", 100, { status: "EXPIRED", hold: "released" }), healedMs);
  const { body: payments } = await shop.payment.call("GET", "/payments?limit=500");
  for (const { failure } of payments) expect(failure.code).toBe("order-not-payable");

  await stopAll();
  expect(await capturedIn(shop.dataDir)).toEqual([]);
  expect(await stockIn(shop.dataDir)).toEqual([{ stock, reserved: 0 }]);
  expect(await holdsIn(shop.dataDir)).toEqual([{ state: "RELEASED", holds: 100 }]);
}, 90_000);

test("the catalog is away while unverified orders are paid: once back, they are verified, charged once and PAID", async () => {
  const env = { SEED_PRODUCTS: "true", RECONCILE_EVERY_S: "0.5" };
  const shop = await kept(startShop(env));
  await shop.catalog.stop();
  const orders = await place(shop.order.call, 30);
  expect(new Set(orders.map(({ verification }) => verification))).toEqual(new Set(["pending"]));
  const answers = await Promise.all(orders.map(({ id }) => pay(shop.payment.call, id)));
  expect(answers.map(({ status, body }) => [status, body.status])).toEqual(Array(30).fill([202, "PENDING"]));

  await kept(startTestService(catalogService, { ...env, DATA_DIR: shop.dataDir, PORT: String(shop.catalog.port) }));
  const ended = { status: "PAID", verification: "verified", hold: "confirmed" };
  await eventually(() => allAre(shop.order.call, "/orders", 30, ended), healedMs);

  await stopAll();
  expect(await capturedIn(shop.dataDir)).toEqual(once(orders.map(({ id }) => id)));
  expect(await holdsIn(shop.dataDir)).toEqual([{ state: "CONFIRMED", holds: 30 }]);
  expect(await stockIn(shop.dataDir)).toEqual([{ stock: stock - 30, reserved: 0 }]);
}, 90_000);

test("the payment service is killed after the provider took the money and before it heard so: each is charged once and PAID", async () => {
  const ledgerFolder = temporaryFolder();
  const provider = await spawnService("provider-main.ts", { DATA_DIR: ledgerFolder });
  const toProvider = caller(provider.url);
  // Between the two: it passes charges on and keeps the answers to itself.
  const between = await startFakePeer();
  running.push(() => between.close());
  let taken = 0;
  between.on("POST", "/charges", async ({ body }) => {
    expect((await toProvider("POST", "/charges", { body })).status).toBe(200);
    taken += 1;
    return "hang" as const;
  });
  const catalog = await kept(startTestService(catalogService, { SEED_PRODUCTS: "true" }));
  const order = await kept(startTestService(orderService, { CATALOG_URL: catalog.url }));
  const env = {
    DATA_DIR: temporaryFolder(),
    ORDER_URL: order.url,
    PROVIDER_URL: between.url,
    RECONCILE_EVERY_S: "0.5",
  };
  const ids = (await place(order.call, 20)).map(({ id }) => id);

  const payment = await spawnService("main.ts", env);
  const asked = ids.map((id) => pay(caller(payment.url), id).catch(() => "cut"));
  await eventually(() => taken === 20);
  await payment.kill();
  expect(await Promise.all(asked)).toEqual(Array(20).fill("cut"));

  const passOn = async ({ method, path, query, body }: RecordedRequest) => {
    const answer = await toProvider(method, `${path}?${new URLSearchParams(query)}`, { body });
    return { status: answer.status, body: answer.body };
  };
  for (const path of ["/charges", "/charges/:id"]) between.on("GET", path, passOn);
  between.on("POST", "/charges", passOn);
  const again = await spawnService("main.ts", env);
  await eventually(() => allAre(order.call, "/orders", 20, { status: "PAID", hold: "confirmed" }), healedMs);
  expect(await allAre(caller(again.url), "/payments", 20, { status: "SUCCEEDED" })).toBe(true);

  await again.kill();
  await provider.kill();
  expect(await capturedIn(ledgerFolder)).toEqual(once(ids));
}, 90_000);
