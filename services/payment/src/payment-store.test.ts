import { createOutbox, currency, type Database, type Outbox } from "@shop/platform";
import { createLogger, createMetrics, openTestDatabase } from "@shop/platform/testing";
import { v7 } from "uuid";
import { consents, createTell, type Tell, webhooks } from "./messages.ts";
import { migrations } from "./migrations.ts";
import { newPayment, type Payment } from "./payment.ts";
import { createPaymentStore, listStatement, liveQuery, type PaymentStore } from "./payment-store.ts";
import { createRefundStore, pendingQuery, refundListQuery } from "./refund-store.ts";

let database: Database;
let store: PaymentStore;
let outbox: Outbox;
let tell: Tell;

beforeEach(async () => {
  database = await openTestDatabase(migrations);
  const nobody = { timeoutMs: 1000, deliver: async () => ({ delivered: true }) as const };
  const log = createLogger("test", "silent");
  const metrics = createMetrics("test", "0");
  outbox = createOutbox({ database, log, metrics, destinations: { [webhooks]: nobody, [consents]: nobody } });
  tell = createTell(outbox, currency("USD"));
  store = createPaymentStore(database, tell);
});
afterEach(() => database.close());

const begin = async (...args: Parameters<PaymentStore["begin"]>) => (await store.begin(...args)).payment;
const settle = async (...args: Parameters<PaymentStore["settle"]>) => (await store.settle(...args)).payment;
/** What others are to be told, oldest first. */
const told = async () => (await outbox.list({ limit: 100 })).map(({ type, aggregate }) => [type, aggregate]).reverse();

const soon = () => ({ deadline: performance.now() + 5000 });
const payment = (order_id = v7(), status: "CHARGING" | "PENDING" = "CHARGING"): Payment =>
  newPayment({ id: v7(), order_id, amount: 1000, currency: "USD", status, at: Date.now() });
const succeeded = { outcome: "succeeded", reference: "r1" } as const;
const declined = { outcome: "declined", code: "no", detail: "No." } as const;

test("of many that begin for one order, all get the one that is live", async () => {
  const order = v7();
  const standing = await Promise.all(Array.from({ length: 100 }, () => begin(payment(order), soon())));
  expect(new Set(standing.map(({ id }) => id)).size).toBe(1);
  expect(await store.list({ order_id: order, limit: 10 })).toHaveLength(1);
});

test("neighbours in a batch do not disturb each other: a taken order, a free one, one whose caller has gone", async () => {
  const taken = await begin(payment(), soon());
  const [loser, free, gone] = [payment(taken.order_id), payment(), payment()];
  const results = await Promise.allSettled([
    begin(loser, soon()),
    begin(free, soon()),
    begin(gone, { deadline: performance.now() - 1 }),
  ]);
  expect(results[0]).toMatchObject({ value: { id: taken.id } });
  expect(results[1]).toMatchObject({ value: free });
  expect(results[2]).toMatchObject({ reason: { code: "overloaded" } });
  expect(await store.find(gone.id)).toBeUndefined();
});

test("a failed payment leaves room for another", async () => {
  const first = await begin(payment(), soon());
  await settle({ id: first.id, result: declined });
  expect(await store.standing(first.order_id)).toBeUndefined();
  const second = payment(first.order_id);
  expect(await begin(second, soon())).toEqual(second);
});

test("the first definitive answer stands: what comes later changes nothing", async () => {
  const { id } = await begin(payment(), soon());
  expect(await settle({ id, result: undefined })).toMatchObject({ status: "UNKNOWN", version: 2 });
  const settled = await settle({ id, result: succeeded });
  expect(settled).toMatchObject({ status: "SUCCEEDED", provider_reference: "r1", version: 3 });
  const late = await Promise.all([settle({ id, result: declined }), settle({ id, result: undefined })]);
  expect(late).toEqual([settled, settled]);
});

test("only a PENDING payment is charged or given up, and by one of those who try", async () => {
  const { id } = await begin(payment(v7(), "PENDING"), soon());
  const charged = await Promise.all(Array.from({ length: 10 }, () => store.charge(id, 900, soon())));
  expect(charged.filter((it) => it !== undefined)).toMatchObject([{ status: "CHARGING", amount: 900, version: 2 }]);
  expect(await store.abandon(id, { code: "order-not-payable", detail: "It is gone." })).toBeUndefined();
});

test("what a change makes others know is in its unit: a unit that fails leaves neither", async () => {
  const waits = await begin(payment(v7(), "PENDING"), soon());
  const charged = await begin(payment(), soon());
  await settle({ id: charged.id, result: undefined });
  await settle({ id: charged.id, result: succeeded });
  await settle({ id: charged.id, result: declined });
  await store.abandon(waits.id, { code: "order-not-payable", detail: "It is gone." });
  expect(await told()).toEqual([
    ["payment.ask", waits.id],
    ["payment.succeeded", charged.id],
    ["payment.failed", waits.id],
  ]);

  const lastStep = async (...args: Parameters<Tell>) => {
    await tell(...args);
    throw new Error("the power fails");
  };
  const failing = createPaymentStore(database, lastStep);
  const other = await begin(payment(), soon());
  await expect(failing.settle({ id: other.id, result: succeeded })).rejects.toThrow("the power fails");
  await expect(failing.begin(payment(v7(), "PENDING"), soon())).rejects.toThrow("the power fails");
  expect(await store.find(other.id)).toEqual(other);
  expect(await told()).toHaveLength(3);
});

test("a refund's end is in one unit with what it tells: when that fails, the amount stays claimed", async () => {
  const { id } = await begin(payment(), soon());
  await settle({ id, result: succeeded });
  const refund = { id: v7(), payment_id: id, amount: 400, status: "PENDING", reason: null } as const;
  const make = (refunds: ReturnType<typeof createRefundStore>) =>
    refunds.inTransaction(async (unit) => {
      await unit.claim(id, refund.amount);
      await unit.add({ ...refund, created_at: 1, updated_at: 1 });
    });
  const end = (refunds: ReturnType<typeof createRefundStore>) =>
    refunds.inTransaction(async (unit) => {
      const settled = await unit.settle(refund.id, "SUCCEEDED");
      return settled && unit.take(settled);
    });
  const refunds = createRefundStore(database, tell);
  await make(refunds);
  const failing = createRefundStore(database, () => Promise.reject(new Error("the power fails")));
  await expect(end(failing)).rejects.toThrow("the power fails");
  expect(await store.find(id)).toMatchObject({ refunding: 400, refunded: 0, status: "SUCCEEDED" });
  expect(await refunds.list({ payment_id: id, before: undefined, limit: 1 })).toMatchObject([{ status: "PENDING" }]);

  expect(await end(refunds)).toMatchObject({ payment: { refunding: 0, refunded: 400 }, row: { aggregate: id } });
  expect(await end(refunds)).toBeUndefined();
  expect(await told()).toEqual([
    ["payment.succeeded", id],
    ["payment.refunded", id],
  ]);
});

test("of two outcomes of one payment in one batch, one is recorded and its row is handed out once", async () => {
  const { id } = await begin(payment(), soon());
  const [first, second] = await Promise.all([
    store.settle({ id, result: succeeded }),
    store.settle({ id, result: succeeded }),
  ]);
  expect([first.payment, second.payment]).toMatchObject([{ status: "SUCCEEDED" }, { status: "SUCCEEDED" }]);
  expect([first.row, second.row].filter((row) => row !== undefined)).toHaveLength(1);
});

test("a repeated request finds the payment that it made, also when that is over", async () => {
  const made = await begin(payment(), soon());
  const failed = await settle({ id: made.id, result: declined });
  expect(await store.standing(made.order_id, made.id)).toEqual(failed);
  expect(await store.standing(made.order_id, v7())).toBeUndefined();
  expect(await begin(made, soon())).toEqual(failed);
});

test("a claim for a refund is decided by the payment's row, not by what was read before", async () => {
  const { id } = await begin(payment(), soon());
  const refunds = createRefundStore(database, tell);
  const claim = (amount: number) => refunds.inTransaction((unit) => unit.claim(id, amount));
  expect(await claim(1)).toBe(false);
  await settle({ id, result: succeeded });
  expect([await claim(600), await claim(401), await claim(400), await claim(1)]).toEqual([true, false, true, false]);
  expect(await store.find(id)).toMatchObject({ refunding: 1000, refunded: 0, version: 2 });
});

test("pages of a list join without a gap, newest first", async () => {
  const order = v7();
  for (let i = 0; i < 5; i++) {
    const { id } = await begin(payment(order), soon());
    await settle({ id, result: declined });
  }
  const all = await store.list({ order_id: order, status: "FAILED", limit: 10 });
  const rest = await store.list({ order_id: order, status: "FAILED", before: all[1]?.id, limit: 10 });
  expect(all.map(({ id }) => id)).toEqual(
    all
      .map(({ id }) => id)
      .toSorted()
      .reverse(),
  );
  expect(rest).toEqual(all.slice(2));
});

test.each([
  ["all payments", listStatement({}).sql, ["~", 10]],
  ["by order", listStatement({ order_id: "o" }).sql, ["~", "o", 10]],
  ["by status", listStatement({ status: "FAILED" }).sql, ["~", "FAILED", 10]],
  ["by both", listStatement({ order_id: "o", status: "FAILED" }).sql, ["~", "o", "FAILED", 10]],
  ["live ones", liveQuery, ['["o"]']],
  ["refunds", refundListQuery, ["p", "~", 10]],
  ["refunds under way", pendingQuery, ["", 1, 10]],
])("no list reads the whole table: %s", async (_what, sql, bindings) => {
  const plan: { detail: string }[] = await database.read.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings);
  const steps = plan.map(({ detail }) => detail).filter((detail) => !detail.includes("json_each"));
  expect(steps.some((step) => step.startsWith("SEARCH"))).toBe(true);
  expect(steps.filter((step) => /^SCAN|TEMP B-TREE/.test(step))).toEqual([]);
});
