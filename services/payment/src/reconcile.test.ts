import { cpSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase, eventually as soon } from "@shop/platform/testing";
import { v7 } from "uuid";
import { createLedger, ledgerMigrations } from "./provider/ledger.ts";
import { answerPayable, capturedIn, newOrder, refusal, startPayment } from "./testing/start-payment.ts";

/** While payments are made: a busy machine may take its time. */
const patient = { REQUEST_TIMEOUT_MS: "25000" };
/** Then, because a charge is compared once it is older than the longest request. */
const env = { REQUEST_TIMEOUT_MS: "2000" };
import.meta.jest.setTimeout(60_000);
const eventually = (ask: Parameters<typeof soon>[0]) => soon(ask, 50_000);
let payment: Awaited<ReturnType<typeof startPayment>>;
beforeEach(async () => {
  payment = await startPayment(patient);
});
afterEach(() => payment.stop());

const pass = async () => (await payment.reconcile()).find(({ name }) => name === "captures");

/** Our books as they are now, to be put back later. */
async function copyBooks(): Promise<{ restore(): Promise<void> }> {
  const { dataDir, paidBy } = payment;
  await payment.stop();
  const copy = join(dataDir, "copy.db");
  cpSync(join(dataDir, "payments.db"), copy);
  await again(patient, dataDir, paidBy);
  return {
    async restore() {
      const { paidBy } = payment;
      await payment.stop();
      cpSync(copy, join(dataDir, "payments.db"));
      await again(env, dataDir, paidBy);
    },
  };
}

async function again(how: typeof env, DATA_DIR: string, paidBy: ReadonlyMap<string, string>): Promise<void> {
  payment = await startPayment({ ...how, DATA_DIR });
  for (const [order, id] of paidBy) payment.paidBy.set(order, id);
}

/** A charge in the books of a stopped provider that our service never asked for. */
async function chargeBehindOurBack(dataDir: string, order_id: string, id = v7()): Promise<string> {
  const database = await openTestDatabase(ledgerMigrations, join(dataDir, "provider.db"));
  const request = { id, order_id, amount: 99_999, currency: "USD" };
  await createLedger(database).enterCharge({ request, result: { outcome: "succeeded", reference: `sim_${id}` } });
  await database.close();
  return id;
}

test("payments made after the copy that was restored are recorded again, told to their orders, and not charged", async () => {
  const kept = newOrder();
  await payment.pay(kept);
  const books = await copyBooks();
  const [whole, part] = [newOrder(), newOrder()];
  const ids = [(await payment.pay(whole)).body.id, (await payment.pay(part)).body.id];
  await payment.refund(ids[1], { amount: 0.99 });
  await books.restore();
  expect(await payment.paymentsOf(whole)).toEqual([]);

  await eventually(
    async () => ((await pass()) ?? { mended: 0 }).mended === 0 && (await payment.paymentsOf(part)).length === 1,
  );
  expect(await payment.paymentsOf(whole)).toMatchObject([{ id: ids[0], status: "SUCCEEDED", amount: 999.99 }]);
  expect(await payment.paymentsOf(part)).toMatchObject([{ id: ids[1], status: "PARTIALLY_REFUNDED", refunded: 0.99 }]);
  await eventually(() => payment.events().length === 2);
  expect(
    payment
      .events()
      .map(({ type }) => type)
      .sort(),
  ).toEqual(["payment.refunded", "payment.succeeded"]);
  const { dataDir } = payment;
  await payment.stop();
  expect((await capturedIn(dataDir)).map(({ order_id }) => order_id).sort()).toEqual([kept, whole, part].sort());
});

test("a payment that waits in the restored copy, but was charged since, is found at the provider", async () => {
  const order = newOrder();
  answerPayable(payment.orders, () => refusal(503, "peer-unavailable"));
  const { body } = await payment.pay(order);
  const books = await copyBooks();
  await eventually(() => payment.paidBy.get(order) === body.id);
  await books.restore();
  await eventually(async () => (await payment.read(body.id)).status === "SUCCEEDED");
  const { dataDir } = payment;
  await payment.stop();
  expect(await capturedIn(dataDir)).toMatchObject([{ id: body.id, refunded: 0 }]);
});

test("money taken although we said that it failed is recorded and given back, and the order told", async () => {
  const order = newOrder();
  payment.provider.next = () => "decline";
  const { id } = (await payment.pay(order)).body.payment;
  const { dataDir } = payment;
  await payment.stop();
  // The provider thinks better of it.
  const database = await openTestDatabase(ledgerMigrations, join(dataDir, "provider.db"));
  await database.write((trx) =>
    trx("charges").where({ id }).update({ declined_code: null, declined_detail: null, reference: "sim_late" }),
  );
  await database.close();

  payment = await startPayment({ ...env, DATA_DIR: dataDir });
  await eventually(async () => {
    await pass();
    return (await payment.read(id)).status === "REFUNDED";
  });
  expect(await payment.read(id)).toMatchObject({ refunded: 999.99, failure: null, provider_reference: "sim_late" });
  const refunds = (await payment.call("GET", `/payments/${id}/refunds`)).body;
  expect(refunds).toMatchObject([{ amount: 999.99, status: "SUCCEEDED", reason: "captured-after-failure" }]);
  await eventually(() => payment.events().some(({ type }) => type === "payment.refunded"));
  await payment.stop();
  expect(await capturedIn(dataDir)).toMatchObject([{ id, refunded: 99_999 }]);
});

test("a second capture beside an order's payment is given back; the payment stays", async () => {
  const order = newOrder();
  const { id } = (await payment.pay(order)).body;
  const { dataDir } = payment;
  await payment.stop();
  const second = await chargeBehindOurBack(dataDir, order);
  payment = await startPayment({ ...env, DATA_DIR: dataDir });
  await eventually(async () => {
    await pass();
    return (await payment.paymentsOf(order)).length === 2;
  });
  expect(await payment.read(second)).toMatchObject({ status: "REFUNDED" });
  expect(await payment.read(id)).toMatchObject({ status: "SUCCEEDED", refunded: 0 });
});

test("a refund made after the copy that was restored is recorded again, and told above all that the order has seen", async () => {
  const { id } = (await payment.pay(newOrder())).body;
  await payment.refund(id, { amount: 0.99 });
  const books = await copyBooks();
  await payment.refund(id, { amount: 99 });
  const seen = await payment.read(id);
  await books.restore();
  expect(await payment.read(id)).toMatchObject({ refunded: 0.99 });
  await eventually(async () => {
    await pass();
    return (await payment.read(id)).refunded === 99.99;
  });
  const known = await payment.read(id);
  expect(known).toMatchObject({ status: "PARTIALLY_REFUNDED", provider_reference: seen.provider_reference });
  expect(known.version).toBeGreaterThan(seen.version);
  await eventually(() => payment.events().some(({ data }) => data.version === known.version));
  const rest = async () => (await payment.refund(id, {}, { headers: { "Idempotency-Key": "rest" } })).body;
  await eventually(async () => (await rest()).status === "SUCCEEDED");
  expect(await rest()).toMatchObject({ amount: 900 });
  const { dataDir } = payment;
  await payment.stop();
  expect(await capturedIn(dataDir)).toMatchObject([{ id, refunded: 99_999 }]);
});

test("a second capture that the provider does not give back is noted in each run, also of a service started anew, until it does", async () => {
  const order = newOrder();
  await payment.pay(order);
  const { dataDir } = payment;
  await payment.stop();
  const second = await chargeBehindOurBack(dataDir, order);
  const notes = [`the provider does not give back charge ${second}`];
  const declined = async () => {
    payment = await startPayment({ ...env, DATA_DIR: dataDir }, (operation) =>
      operation === "refund" ? "decline" : "answer",
    );
    await eventually(async () => (await pass())?.found === 1);
    expect(await pass()).toMatchObject({ found: 1, mended: 0, notes });
  };
  await declined();
  await payment.stop();
  await declined();

  payment.provider.next = () => "answer";
  expect(await pass()).toMatchObject({ found: 1, mended: 1, notes: [] });
  expect(await pass()).toMatchObject({ found: 0, notes: [] });
  expect(await payment.read(second)).toMatchObject({ status: "REFUNDED" });
  const refunds = (await payment.call("GET", `/payments/${second}/refunds`)).body;
  expect(refunds).toMatchObject([{ amount: 999.99, status: "SUCCEEDED", reason: "second-payment" }]);
  await payment.stop();
  expect((await capturedIn(dataDir)).find(({ id }) => id === second)).toMatchObject({ refunded: 99_999 });
});
