import type { Database } from "@shop/platform";
import { openTestDatabase } from "@shop/platform/testing";
import { v7 } from "uuid";
import { migrations } from "./migrations.ts";
import { newPayment, type Payment } from "./payment.ts";
import { createPaymentStore, listStatement, liveQuery, type PaymentStore } from "./payment-store.ts";
import { createRefundStore, refundListQuery } from "./refund-store.ts";

let database: Database;
let store: PaymentStore;

beforeEach(async () => {
  database = await openTestDatabase(migrations);
  store = createPaymentStore(database);
});
afterEach(() => database.close());

const soon = () => ({ deadline: performance.now() + 5000 });
const payment = (order_id = v7(), status: "CHARGING" | "PENDING" = "CHARGING"): Payment =>
  newPayment({ id: v7(), order_id, amount: 1000, currency: "USD", status, at: Date.now() });
const succeeded = { outcome: "succeeded", reference: "r1" } as const;
const declined = { outcome: "declined", code: "no", detail: "No." } as const;

test("of many that begin for one order, all get the one that is live", async () => {
  const order = v7();
  const standing = await Promise.all(Array.from({ length: 100 }, () => store.begin(payment(order), soon())));
  expect(new Set(standing.map(({ id }) => id)).size).toBe(1);
  expect(await store.list({ order_id: order, limit: 10 })).toHaveLength(1);
});

test("neighbours in a batch do not disturb each other: a taken order, a free one, one whose caller has gone", async () => {
  const taken = await store.begin(payment(), soon());
  const [loser, free, gone] = [payment(taken.order_id), payment(), payment()];
  const results = await Promise.allSettled([
    store.begin(loser, soon()),
    store.begin(free, soon()),
    store.begin(gone, { deadline: performance.now() - 1 }),
  ]);
  expect(results[0]).toMatchObject({ value: { id: taken.id } });
  expect(results[1]).toMatchObject({ value: free });
  expect(results[2]).toMatchObject({ reason: { code: "overloaded" } });
  expect(await store.find(gone.id)).toBeUndefined();
});

test("a failed payment leaves room for another", async () => {
  const first = await store.begin(payment(), soon());
  await store.settle({ id: first.id, result: declined });
  expect(await store.live(first.order_id)).toBeUndefined();
  const second = payment(first.order_id);
  expect(await store.begin(second, soon())).toEqual(second);
});

test("the first definitive answer stands: what comes later changes nothing", async () => {
  const { id } = await store.begin(payment(), soon());
  expect(await store.settle({ id, result: undefined })).toMatchObject({ status: "UNKNOWN", version: 2 });
  const settled = await store.settle({ id, result: succeeded });
  expect(settled).toMatchObject({ status: "SUCCEEDED", provider_reference: "r1", version: 3 });
  const late = await Promise.all([store.settle({ id, result: declined }), store.settle({ id, result: undefined })]);
  expect(late).toEqual([settled, settled]);
});

test("only a PENDING payment is charged or given up, and by one of those who try", async () => {
  const { id } = await store.begin(payment(v7(), "PENDING"), soon());
  const charged = await Promise.all(Array.from({ length: 10 }, () => store.charge(id, 900, soon())));
  expect(charged.filter((it) => it !== undefined)).toMatchObject([{ status: "CHARGING", amount: 900, version: 2 }]);
  expect(await store.abandon(id, { code: "order-not-payable", detail: "It is gone." })).toBeUndefined();
});

test("a claim for a refund is decided by the payment's row, not by what was read before", async () => {
  const { id } = await store.begin(payment(), soon());
  const refunds = createRefundStore(database);
  const claim = (amount: number) => refunds.inTransaction((unit) => unit.claim(id, amount));
  expect(await claim(1)).toBe(false);
  await store.settle({ id, result: succeeded });
  expect([await claim(600), await claim(401), await claim(400), await claim(1)]).toEqual([true, false, true, false]);
  expect(await store.find(id)).toMatchObject({ refunding: 1000, refunded: 0, version: 2 });
});

test("pages of a list join without a gap, newest first", async () => {
  const order = v7();
  for (let i = 0; i < 5; i++) {
    const { id } = await store.begin(payment(order), soon());
    await store.settle({ id, result: declined });
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
])("no list reads the whole table: %s", async (_what, sql, bindings) => {
  const plan: { detail: string }[] = await database.read.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings);
  const steps = plan.map(({ detail }) => detail).filter((detail) => !detail.includes("json_each"));
  expect(steps.some((step) => step.startsWith("SEARCH"))).toBe(true);
  expect(steps.filter((step) => /^SCAN|TEMP B-TREE/.test(step))).toEqual([]);
});
