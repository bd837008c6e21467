import { eventually, peerFaults } from "@shop/platform/testing";
import { paymentSchema } from "./presenters.ts";
import {
  answeredWithinMs,
  answerPayable,
  answerWebhooks,
  chargesIn,
  consent,
  hurried,
  newOrder,
  refusal,
  refuseWebhooks,
  startPayment,
  total,
} from "./testing/start-payment.ts";

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

const failOpenCount = async (operation: string) => {
  const { values } = await payment.metrics.failOpen.get();
  return values.find(({ labels }) => labels.peer === "order" && labels.operation === operation)?.value ?? 0;
};

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

test.each(peerFaults)(
  "an order service that does %s cannot be asked: 202, charged only when it can be",
  async (fault) => {
    const order = newOrder();
    await payment.orders.mode(fault);
    const began = performance.now();
    const answer = await payment.pay(order, total, hurried);
    expect(performance.now() - began).toBeLessThan(answeredWithinMs);
    expect([answer.status, answer.body.status]).toEqual([202, "PENDING"]);
    expect(answer.headers.get("location")).toBe(`/payments/${answer.body.id}`);
    expect(await failOpenCount("payable")).toBe(1);
    expect((await payment.call("GET", "/readyz")).status).toBe(200);

    await payment.orders.mode("ok");
    // It goes on by itself; who asks again meets it at any stage.
    expect([200, 202, 409]).toContain((await payment.pay(order)).status);
    await eventually(() => payment.paidBy.get(order) === answer.body.id);
    expect(await payment.read(answer.body.id)).toMatchObject({ status: "SUCCEEDED", version: 3 });
    expect(await charges()).toHaveLength(1);
  },
);

test.each(peerFaults)(
  "an order service that does %s after the charge hears of it later: 202, charged once",
  async (fault) => {
    const order = newOrder();
    payment.provider.next = async () => {
      await payment.orders.mode(fault);
      return "answer" as const;
    };
    const began = performance.now();
    const answer = await payment.pay(order, total, hurried);
    expect(performance.now() - began).toBeLessThan(answeredWithinMs);
    expect([answer.status, answer.body.status]).toEqual([202, "SUCCEEDED"]);
    expect(answer.headers.get("location")).toBe(`/payments/${answer.body.id}`);

    payment.provider.next = () => "answer";
    await payment.orders.mode("ok");
    await eventually(() => payment.paidBy.get(order) === answer.body.id);
    expect((await payment.pay(order)).body.code).toBe("order-already-paid");
    expect(await charges()).toHaveLength(1);
  },
);

test("with the breaker open the answer comes at once, and the service stays ready", async () => {
  await payment.orders.mode("fail");
  for (let i = 0; i < 5; i++) await payment.pay(newOrder());
  await eventually(async () => (await payment.call("GET", "/stats")).body.breakers.order === "open");
  await payment.pay(newOrder());
  const asked = payment.orders.requests.length;
  const answer = await payment.pay(newOrder());
  expect([answer.status, payment.orders.requests.length]).toEqual([202, asked]);
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

test.each(["hang", "fail-before", "fail-after"] as const)(
  "a provider that does %s leaves the payment UNKNOWN: 202, and the next call finds out under the same id",
  async (fault) => {
    const order = newOrder();
    payment.provider.next = () => fault;
    const began = performance.now();
    const answer = await payment.pay(order, total, hurried);
    expect(performance.now() - began).toBeLessThan(answeredWithinMs);
    expect([answer.status, answer.body.status]).toEqual([202, "UNKNOWN"]);
    expect(payment.events()).toEqual([]);

    payment.provider.next = () => "answer";
    const again = await payment.pay(order);
    expect([again.status, again.body.id]).toEqual([200, answer.body.id]);
    expect(await charges()).toMatchObject([{ id: answer.body.id }]);
  },
);

test("a charge that never arrived is made only when the order still agrees, and to the amount it agreed to", async () => {
  const order = newOrder();
  payment.provider.next = () => "fail-before";
  expect((await payment.pay(order)).body.status).toBe("UNKNOWN");
  payment.provider.next = () => "answer";
  expect((await payment.pay(order, 0.01)).body.code).toBe("amount-mismatch");
  await payment.orders.mode("fail");
  const { body: unknown } = await payment.pay(order);
  expect(unknown.status).toBe("UNKNOWN");
  await payment.orders.mode("ok");
  answerPayable(payment.orders, () => refusal(409, "order-not-payable"));
  expect((await payment.pay(order)).body.code).toBe("order-not-payable");
  expect(await payment.read(unknown.id)).toMatchObject({ status: "FAILED", failure: { code: "order-not-payable" } });
  // The provider was told that it will never be made: a request that is still on the way comes too late.
  expect(await charges()).toMatchObject([{ id: unknown.id, result: { outcome: "declined", code: "cancelled" } }]);
});

test("a payment without the time to hear of its charge waits, and is not charged", async () => {
  const order = newOrder();
  const late = await payment.pay(order, total, { headers: { "X-Deadline-Ms": "90" } });
  expect([late.status, late.body.status]).toEqual([202, "PENDING"]);
  await eventually(() => payment.paidBy.get(order) === late.body.id);
  expect(await charges()).toHaveLength(1);
});

test("a charge whose answer was lost is looked up, and not sent again when the provider has it", async () => {
  const order = newOrder();
  const operations: string[] = [];
  payment.provider.next = (operation) => {
    operations.push(operation);
    return operations.length === 1 ? "fail-after" : "answer";
  };
  await payment.pay(order);
  expect((await payment.pay(order)).status).toBe(200);
  expect(operations).toEqual(["charge", "find"]);
});

test("an order that died after the charge is told of its payment all the same", async () => {
  const order = newOrder();
  refuseWebhooks(payment.orders);
  await payment.pay(order);
  answerPayable(payment.orders, () => refusal(409, "order-not-payable"));
  answerWebhooks(payment.orders, () => ({ status: "EXPIRED", payment_id: null }));
  const answer = await payment.pay(order);
  expect([answer.status, answer.body.status]).toEqual([202, "SUCCEEDED"]);
  expect(payment.events().at(-1)).toMatchObject({ type: "payment.succeeded", data: { id: answer.body.id } });
});

test("those who pay together ask together, and each gets the answer to its own question", async () => {
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
  const calls = payment.orders.requests.filter(({ path }) => path === "/orders/payable");
  const askedAtOnce = calls.map(({ body }) => (body as { payables: unknown[] }).payables.length);
  expect(Math.max(...askedAtOnce)).toBeGreaterThan(2);
  expect(await charges()).toHaveLength(2);
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
