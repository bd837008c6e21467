import { eventually, peerFaults } from "@shop/platform/testing";
import {
  answeredWithinMs,
  answerPayable,
  answerWebhooks,
  chargesIn,
  hurried,
  newOrder,
  refusal,
  refuseWebhooks,
  startPayment,
  total,
} from "./testing/start-payment.ts";

// An order service or a provider that does not answer a payment: what the payer is told, and how the payment ends.

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
  const payLate = () => payment.pay(order, total, { headers: { "X-Deadline-Ms": "90" } });
  let late = await payLate();
  // The time was up before the payment could be written down: nothing was done, and it is asked for again.
  while (late.status === 503) late = await payLate();
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
