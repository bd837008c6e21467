import { editOrders } from "../testing/edit-orders.ts";
import type { FakePayments } from "../testing/fake-payments.ts";
import { newsOf, startOrderService, type TestShop } from "../testing/start-order-service.ts";

const shops: TestShop[] = [];
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.close();
});
async function start(env: Record<string, string>, prepare?: (payments: FakePayments) => Promise<void> | void) {
  const shop = await startOrderService(env, prepare);
  shops.push(shop);
  return shop;
}

type Placed = Awaited<ReturnType<TestShop["place"]>>;

const paymentId = (n: number) => `0190a000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const captured = (order: { id: string; total: number }, n: number) =>
  newsOf(order, "succeeded", { id: paymentId(n) }).data;

/** Two orders past their time, as a restored copy has them; nobody has looked at them since. */
async function twoOverdue(): Promise<{ dataDir: string; paid: Placed; unpaid: Placed }> {
  const shop = await start({});
  const [paid, unpaid] = [await shop.place(), await shop.place()];
  await shop.stop();
  await editOrders(shop.dataDir, "UPDATE orders SET created_at = 1, expires_at = 2");
  return { dataDir: shop.dataDir, paid, unpaid };
}

it("walks back through all payments, run after run, before any order expires", async () => {
  const { dataDir, paid, unpaid } = await twoOverdue();
  const shop = await start({ DATA_DIR: dataDir, SWEEP_DELAY_S: "0" }, (payments) => {
    // More pages than one run reads; the oldest is the one that its order has not heard of.
    const failed = Array.from({ length: 41 }, (_, n) => ({ ...captured(paid, 100 - n), status: "FAILED" }));
    payments.payments = [...failed, captured(paid, 1)];
  });
  await shop.eventually(paid.id, { status: "PAID", payment_id: paymentId(1) });
  await shop.eventually(unpaid.id, { status: "EXPIRED" });
  const pages = shop.payments.requests.filter(({ path }) => path === "/payments");
  expect(pages[20]?.query).toMatchObject({ cursor: "40" });
  expect(await shop.eventTypes(paid.id)).not.toContain("expired");

  // Afterwards the newest page is enough.
  const before = shop.payments.requests.length;
  await shop.sweep("compare-payments");
  const later = shop.payments.requests.slice(before).filter(({ path }) => path === "/payments");
  expect(later.length).toBeGreaterThan(0);
  expect(later.map(({ query }) => query.cursor)).toEqual(later.map(() => undefined));
});

it("lets no order expire while the payment service cannot be asked, and goes on by itself when it can", async () => {
  const { dataDir, paid, unpaid } = await twoOverdue();
  const shop = await start({ DATA_DIR: dataDir, SWEEP_DELAY_S: "0" }, async (payments) => {
    payments.payments = [captured(paid, 1)];
    await payments.mode("refuse");
  });
  const waits = { found: 0, mended: 0, notes: [expect.stringContaining("waits")] };
  expect(await shop.sweep("expire-orders")).toMatchObject(waits);
  expect((await shop.sweep("compare-payments")).notes).toEqual([
    "the payment service could not be asked for its payments",
  ]);
  expect(await shop.get(unpaid.id)).toMatchObject({ status: "PENDING" });
  await shop.payments.mode("ok");
  await shop.eventually(paid.id, { status: "PAID" });
  await shop.eventually(unpaid.id, { status: "EXPIRED" });
});

it("keeps what it found when one payment cannot be asked about", async () => {
  const shop = await start({});
  const [lost, ...known] = [await shop.place(), await shop.place(), await shop.place()];
  for (const [n, order] of known.entries()) await shop.tell(order, "succeeded", { id: paymentId(10 + n) });
  shop.payments.payments = [captured(lost, 1)];
  shop.payments.on("GET", "/payments/:id", ({ params: { id } }) =>
    id === paymentId(11) ? "fail" : { status: 404, body: { code: "not-found" } },
  );
  expect(await shop.sweep("compare-payments")).toMatchObject({
    found: 2,
    mended: 1,
    notes: [
      `order ${known[0]?.id} was paid by payment ${paymentId(10)}, which is not there`,
      "of 1 paid orders it could not be asked whether their payment is there",
    ],
  });
  expect(await shop.get(lost.id)).toMatchObject({ status: "PAID" });
});
