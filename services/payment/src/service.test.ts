import { eventually } from "@shop/platform/testing";
import { paymentSchema } from "./presenters.ts";
import { answerPayable, chargesIn, consent, newOrder, refusal, startPayment, total } from "./testing/start-payment.ts";

let payment: Awaited<ReturnType<typeof startPayment>>;
beforeEach(async () => {
  payment = await startPayment();
});
afterEach(() => payment.stop());

/** Ends the service, so that the provider's ledger can be read. */
async function charges() {
  await payment.stop();
  return chargesIn(payment.dataDir);
}

test("pays an order: asks it, charges, tells it, and answers 200 with the payment", async () => {
  const order = newOrder();
  const answer = await payment.pay(order);
  expect(answer.status).toBe(200);
  expect(paymentSchema.validate(answer.body).error).toBeUndefined();
  expect(answer.body).toMatchObject({
    order_id: order,
    amount: 999.99,
    currency: "USD",
    status: "SUCCEEDED",
    version: 2,
  });

  const { id } = answer.body;
  const [asked, told] = payment.orders.requests.map(({ path, body }) => ({ path, body }));
  const payables = [{ order_id: order, payment_id: id, amount: 999.99 }];
  expect([asked, told?.path]).toEqual([{ path: "/orders/payable", body: { payables } }, "/orders/payments"]);
  expect(payment.events()).toEqual([
    { type: "payment.succeeded", timestamp: answer.body.updated_at, data: answer.body },
  ]);
  expect((await payment.call("GET", `/payments/${id}`)).body).toEqual(answer.body);
  expect(await charges()).toMatchObject([{ id, amount: 99999, currency: "USD" }]);
});

test("a paid order is not paid again", async () => {
  const order = newOrder();
  await payment.pay(order);
  const again = await payment.pay(order);
  expect([again.status, again.body.code]).toEqual([409, "order-already-paid"]);
  expect(await charges()).toHaveLength(1);
});

test.each([
  [404, "not-found", {}],
  [409, "order-not-payable", { order_status: "CANCELLED" }],
  [409, "price-changed", { prices: [{ product_id: 1, given: 1, current: 2 }] }],
  [409, "insufficient-stock", { shortages: [{ product_id: 1, requested: 3, available: 2 }] }],
  [422, "amount-mismatch", { total: 12 }],
])("the order's refusal %i %s is the payer's answer, and nothing is charged", async (status, code, members) => {
  answerPayable(payment.orders, () => refusal(status, code, members));
  const order = newOrder();
  const answer = await payment.pay(order);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body).toMatchObject({ status, code, ...members });
  expect(answer.body.request_id).toBe(answer.headers.get("x-request-id"));
  expect(await payment.paymentsOf(order)).toEqual([]);
  expect(await charges()).toEqual([]);
});

test("fifty who pay one order at once charge it once", async () => {
  const order = newOrder();
  const answers = await Promise.all(Array.from({ length: 50 }, () => payment.pay(order)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  // The others came while it was under way, or when it was done.
  const others = answers.filter(({ status }) => status !== 200);
  for (const { status, body } of others) expect([202, "order-already-paid"]).toContain(body.code ?? status);
  const all = await payment.paymentsOf(order);
  expect(all).toMatchObject([{ id: payment.paidBy.get(order), status: "SUCCEEDED" }]);
  for (const { status, body } of others) if (status === 202) expect(body.id).toBe(all[0].id);
  expect(await charges()).toHaveLength(1);
});

test("a declined payment is 402 with the payment; the order is told, and can be paid again", async () => {
  const order = newOrder();
  payment.provider.next = () => "decline";
  const declined = await payment.pay(order);
  expect([declined.status, declined.body.code]).toEqual([402, "payment-declined"]);
  expect(declined.body.payment).toMatchObject({ status: "FAILED", failure: { code: "card-declined" } });
  await payment.orders.waitForRequests(2);
  expect(payment.events()).toMatchObject([{ type: "payment.failed", data: { id: declined.body.payment.id } }]);

  payment.provider.next = () => "answer";
  const again = await payment.pay(order);
  expect(again.status).toBe(200);
  expect(again.body.id).not.toBe(declined.body.payment.id);
});

test("each of those who pay together gets the answer to its own question", async () => {
  const [paid, mistyped, unknown, unsure, wrong] = [newOrder(), newOrder(), newOrder(), newOrder(), newOrder()];
  answerPayable(payment.orders, ({ order_id, amount }) => {
    if (amount !== total) return refusal(422, "amount-mismatch", { total });
    if (order_id === unknown) return refusal(404, "not-found");
    if (order_id === unsure) return refusal(503, "peer-unavailable", { peer: "catalog" });
    return order_id === wrong ? refusal(409, "reservation-conflict") : consent(order_id);
  });
  const answers = await Promise.all([
    payment.pay(mistyped, 1),
    payment.pay(mistyped),
    ...[paid, unknown, unsure, wrong].map((order) => payment.pay(order)),
  ]);
  expect(answers.map(({ status, body }) => [status, body.code ?? body.status])).toEqual([
    [422, "amount-mismatch"],
    [200, "SUCCEEDED"],
    [200, "SUCCEEDED"],
    [404, "not-found"],
    [202, "PENDING"],
    [202, "PENDING"],
  ]);
  expect(await charges()).toHaveLength(2);
});

test("those who pay at the same moment share a question", async () => {
  const askedAtOnce = () =>
    payment.orders.requests
      .filter(({ path }) => path === "/orders/payable")
      .map(({ body }) => (body as { payables: unknown[] }).payables.length);
  // How many arrive at the same moment is up to the machine: so they come until it was several.
  await eventually(async () => {
    await Promise.all(Array.from({ length: 6 }, () => payment.pay(newOrder())));
    return Math.max(...askedAtOnce()) > 2;
  });
});

test.each([
  ["another total", { total: 1 }],
  ["another currency", { currency: "EUR" }],
])("consent to %s is none", async (_what, wrong) => {
  answerPayable(payment.orders, ({ order_id }) => consent(order_id, wrong));
  expect((await payment.pay(newOrder())).body.status).toBe("PENDING");
  expect(await charges()).toEqual([]);
});

test.each([
  ["/pay?order_id=7&amount=1", 404],
  ["/pay?order_id=&amount=1", 404],
  ["/pay?amount=1", 422],
  ["/pay?order_id=ORDER", 422],
  ["/pay?order_id=ORDER&amount=0", 422],
  ["/pay?order_id=ORDER&amount=-1", 422],
  ["/pay?order_id=ORDER&amount=1.001", 422],
  ["/pay?order_id=ORDER&amount=NaN", 422],
  ["/pay?order_id=ORDER&amount=1e99", 422],
  ["/pay?order_id=ORDER&amount=1&amount=2", 422],
  ["/pay?order_id=ORDER&amount=1&tip=1", 422],
])("%s is %i, and nobody is asked", async (path, status) => {
  const answer = await payment.call("POST", path.replace("ORDER", newOrder()));
  expect(answer.status).toBe(status);
  expect(payment.orders.requests).toEqual([]);
});

test("the figures count payments by status", async () => {
  await payment.pay(newOrder());
  expect((await payment.call("GET", "/stats")).body.payments).toEqual({ SUCCEEDED: 1 });
  expect((await payment.call("GET", "/metrics")).text).toContain('payments{status="SUCCEEDED"} 1');
});
