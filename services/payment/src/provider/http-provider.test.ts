import { eventually, startTestService, type TestService } from "@shop/platform/testing";
import { answerPayable, chargesIn, consent, newOrder, refusal, startPayment } from "../testing/start-payment.ts";
import { defineProviderService } from "./provider-service.ts";
import type { Behaviour, Operation } from "./simulator.ts";

let provider: TestService;
let payment: Awaited<ReturnType<typeof startPayment>>;
let next: (operation: Operation) => Behaviour;
beforeEach(async () => {
  next = () => "answer";
  stopped = undefined;
  provider = await startTestService(defineProviderService((operation) => next(operation)));
  payment = await startPayment({ PROVIDER_URL: provider.url, REQUEST_TIMEOUT_MS: "1000" });
});
afterEach(() => stop());

let stopped: Promise<void> | undefined;
const stop = () => {
  stopped ??= payment.stop().then(() => provider.stop());
  return stopped;
};

const books = async () => {
  await stop();
  return chargesIn(provider.dataDir);
};

test("a provider of its own takes the money, gives it back, and declines", async () => {
  const order = newOrder();
  const { status, body } = await payment.pay(order);
  expect([status, body.status]).toEqual([200, "SUCCEEDED"]);
  expect((await payment.refund(body.id, { amount: 1 })).status).toBe(201);
  next = () => "decline";
  expect((await payment.pay(newOrder())).body.payment.failure.code).toBe("card-declined");
  expect(await books()).toMatchObject([
    { id: body.id, order_id: order, amount: 99_999, refunded: 100, result: { reference: body.provider_reference } },
    { result: { outcome: "declined" } },
  ]);
});

test.each(["fail-before", "fail-after", "hang"] as const)(
  "an answer that is none (%s) leaves the charge unknown; found or made later, it is made once",
  async (fault) => {
    next = () => fault;
    const { status, body } = await payment.pay(newOrder());
    expect([status, body.status]).toEqual([202, "UNKNOWN"]);
    next = () => "answer";
    await payment.reconcile();
    expect((await payment.read(body.id)).status).toBe("SUCCEEDED");
    expect(await books()).toMatchObject([{ id: body.id }]);
  },
);

test("a charge without its order's consent is cancelled there", async () => {
  next = () => "fail-before";
  const { body } = await payment.pay(newOrder());
  next = () => "answer";
  answerPayable(payment.orders, () => refusal(409, "order-not-payable"));
  await payment.reconcile();
  expect((await payment.read(body.id)).failure.code).toBe("order-not-payable");
  expect(await books()).toMatchObject([{ id: body.id, result: { code: "cancelled" } }]);
});

test("its books are compared with ours over the wire", async () => {
  const order = newOrder();
  answerPayable(payment.orders, ({ order_id }) => consent(order_id));
  const id = newOrder();
  const charge = { id, order_id: order, amount: 99_999, currency: "USD" };
  expect((await provider.call("POST", "/charges", { body: charge })).status).toBe(200);
  await eventually(async () => {
    await payment.reconcile();
    return payment.paidBy.get(order) === id;
  });
  expect(await payment.read(id)).toMatchObject({ status: "SUCCEEDED", amount: 999.99 });
});

test("its own description is complete, and what it never took is 404", async () => {
  const { body } = await provider.call("GET", "/openapi.json");
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining(["/charges", "/charges/{id}", "/charges/{id}/cancel", "/refunds", "/refunds/{id}"]),
  );
  expect((await provider.call("GET", `/charges/${newOrder()}`)).body.code).toBe("not-found");
  expect((await provider.call("GET", `/refunds/${newOrder()}`)).status).toBe(404);
});
