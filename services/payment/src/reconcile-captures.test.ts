import { backgroundContext, createOutbox, currency, type Database } from "@shop/platform";
import { createLogger, createMetrics, openTestDatabase } from "@shop/platform/testing";
import { v7 } from "uuid";
import { type CaptureStore, createCaptureStore } from "./capture-store.ts";
import { consents, createTell, webhooks } from "./messages.ts";
import { migrations } from "./migrations.ts";
import { createNews } from "./news.ts";
import { newPayment, type Payment } from "./payment.ts";
import { createPaymentStore, type PaymentStore } from "./payment-store.ts";
import type { ListedCharge, ListFrom, ProviderResult, RefundRequest } from "./provider/provider.ts";
import { createReconciliation } from "./reconcile.ts";
import { createRefundStore, type RefundStore } from "./refund-store.ts";

const log = createLogger("test", "silent");
let database: Database;
let captures: CaptureStore;
let payments: PaymentStore;
let refunds: RefundStore;
/** The provider's books, in their order, and what it was asked. */
let books: ListedCharge[];
let listed: ListFrom[];
let returned: RefundRequest[];
let answer: ProviderResult;
let run: () => Promise<{ found: number; mended: number; notes?: readonly string[] }>;

beforeEach(async () => {
  database = await openTestDatabase(migrations);
  const nobody = { timeoutMs: 1000, deliver: async () => ({ delivered: true }) as const };
  const destinations = { [webhooks]: nobody, [consents]: nobody };
  const outbox = createOutbox({ database, log, metrics: createMetrics("test", "0"), destinations });
  const tell = createTell(outbox, currency("USD"));
  payments = createPaymentStore(database, tell);
  refunds = createRefundStore(database, tell);
  captures = createCaptureStore(database, tell);
  [books, listed, returned] = [[], [], []];
  answer = { outcome: "succeeded", reference: "r" };
  run = passes(captures);
});
afterEach(() => database.close());

function passes(store: CaptureStore) {
  const provider = {
    async list(from: ListFrom) {
      listed.push(from);
      const { since, after = "", limit = 500 } = from;
      const isLater = ({ created_at, id }: ListedCharge) => created_at > since || (created_at === since && id > after);
      return books.filter(isLater).slice(0, limit);
    },
    async refund(request: RefundRequest) {
      returned.push(request);
      return answer;
    },
  };
  // Its first tries are not what is tested here.
  const news = createNews({ dispatch: async () => [] });
  const sweep = createReconciliation({ store, provider, news, timeoutMs: 1000 });
  return () => sweep.run(backgroundContext(log, 10_000));
}

const yesterday = Date.now() - 86_400_000;
function charged(given: Partial<ListedCharge> = {}): ListedCharge {
  const charge: ListedCharge = {
    ...{ id: v7(), order_id: v7(), amount: 1000, currency: "USD", refunded: 0 },
    ...{ result: { outcome: "succeeded", reference: "r" }, created_at: yesterday + books.length },
    ...given,
  };
  books.push(charge);
  return charge;
}

/** As a request does that pays for it. */
async function store({ id, order_id, amount, result }: ListedCharge, ended = true): Promise<Payment> {
  const start = { id, order_id: order_id ?? "", amount, currency: "USD", status: "CHARGING", at: Date.now() } as const;
  const { payment } = await payments.begin(newPayment(start), { deadline: performance.now() + 5000 });
  return ended ? (await payments.settle({ id, result })).payment : payment;
}

test("a payment that is stored while the books are compared is not taken for a second one of its order", async () => {
  const charge = charged();
  const differing: CaptureStore["differing"] = async (charges) => {
    const found = await captures.differing(charges);
    await store(charge);
    return found;
  };
  const meanwhile = passes({ ...captures, differing });
  expect(await meanwhile()).toMatchObject({ found: 0, mended: 0 });
  expect(await meanwhile()).toMatchObject({ found: 0, mended: 0 });
  expect(returned).toEqual([]);
  expect(await payments.find(charge.id)).toMatchObject({ status: "SUCCEEDED", version: 2 });
});

test("each process compares the whole books once, page by page, and then goes on from their end", async () => {
  for (let i = 0; i < 1200; i += 1) charged({ result: { outcome: "declined", code: "no", detail: "No." } });
  const last = books.at(-1);
  await run();
  expect(listed.map(({ after }) => after)).toEqual(["", books[499]?.id, books[999]?.id, last?.id]);
  listed = [];
  await run();
  expect(listed).toMatchObject([{ since: last?.created_at, after: last?.id }]);
  listed = [];
  await passes(captures)();
  expect(listed).toHaveLength(4);
});

test("while a refund of ours is under way its payment is left alone; when it has ended, what is missing is recorded", async () => {
  const charge = charged({ refunded: 700 });
  await store(charge);
  await refunds.inTransaction(async (unit) => unit.claim(charge.id, 300));
  expect(await run()).toEqual({ found: 0, mended: 0, notes: [] });
  expect(await payments.find(charge.id)).toMatchObject({ status: "SUCCEEDED", refunded: 0, refunding: 300 });
  const later = charged();
  expect(await run()).toMatchObject({ mended: 1 });
  expect(await payments.find(later.id)).toMatchObject({ status: "SUCCEEDED" });

  await refunds.inTransaction(async (unit) => unit.giveBack({ payment_id: charge.id, amount: 300 }));
  expect(await run()).toMatchObject({ found: 1, mended: 1 });
  expect(await payments.find(charge.id)).toMatchObject({ status: "PARTIALLY_REFUNDED", refunded: 700, refunding: 0 });
  expect(await run()).toMatchObject({ found: 0 });
});

test("a capture beside a payment that is under way waits for its end, and is then given back", async () => {
  const first = charged();
  await store(first, false);
  const second = charged({ order_id: first.order_id });
  books.shift();
  const notes = [`charge ${second.id} waits for the end of another payment of its order`];
  for (const _ of [1, 2]) expect(await run()).toEqual({ found: 1, mended: 0, notes });
  await payments.settle({ id: first.id, result: first.result });
  expect(await run()).toMatchObject({ found: 1, mended: 1, notes: [] });
  expect(returned).toEqual([{ id: second.id, payment_id: second.id, amount: 1000 }]);
  expect(await payments.find(first.id)).toMatchObject({ status: "SUCCEEDED", refunded: 0 });
});

test("a refund that was declined is asked for anew, under another id; one without an answer under the same", async () => {
  const first = charged();
  await store(first);
  const second = charged({ order_id: first.order_id, refunded: 100 });
  answer = { outcome: "declined", code: "no", detail: "No." };
  await run();
  await run();
  answer = { outcome: "succeeded", reference: "r" };
  // The process dies between the provider's answer and what it would have written.
  const dying = passes({ ...captures, returned: () => Promise.reject(new Error("dead")) });
  await expect(dying()).rejects.toThrow("dead");
  books = [first, { ...second, refunded: 1000 }];
  expect(await passes(captures)()).toMatchObject({ found: 1, mended: 1 });

  const ids = returned.map(({ id }) => id);
  expect(ids[0]).toBe(second.id);
  expect(new Set(ids).size).toBe(3);
  expect(ids[3]).toBe(ids[2]);
  expect(returned.map(({ amount }) => amount)).toEqual([900, 900, 900, 900]);
  const listedRefunds = await refunds.list({ payment_id: second.id, before: undefined, limit: 10 });
  expect(listedRefunds).toMatchObject([{ id: ids[3], amount: 900, status: "SUCCEEDED" }]);
});
