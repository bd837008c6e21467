import { eventually as soon } from "@shop/platform/testing";
import {
  answerPayable,
  capturedIn,
  consent,
  countByStatus,
  newOrder,
  refusal,
  startPayment,
  total,
} from "./testing/start-payment.ts";

// A hundred payments and a restart take their time on a busy machine.
import.meta.jest.setTimeout(60_000);
const eventually = (ask: Parameters<typeof soon>[0]) => soon(ask, 50_000);
const start = (env: Readonly<Record<string, string>> = {}) => startPayment({ REQUEST_TIMEOUT_MS: "25000", ...env });

let payment: Awaited<ReturnType<typeof startPayment>>;
afterEach(() => payment.stop());

/** Ends the service, so that the provider's ledger can be read. */
async function charged() {
  const { dataDir } = payment;
  await payment.stop();
  return capturedIn(dataDir);
}

const statuses = () => countByStatus(payment.call);

test("a hundred payments while the order service is away: each is charged once, or refused and never charged", async () => {
  payment = await start();
  const alive = Array.from({ length: 60 }, newOrder);
  const expired = new Set(Array.from({ length: 40 }, newOrder));
  await payment.orders.mode("refuse");
  const answers = await Promise.all([...alive, ...expired].map((order) => payment.pay(order)));
  expect(answers.map(({ status, body }) => [status, body.status])).toEqual(Array(100).fill([202, "PENDING"]));

  // Back again, longer after than some of the orders lived; and the payments outlive a restart of their own service.
  const { dataDir } = payment;
  await payment.stop();
  payment = await start({ DATA_DIR: dataDir });
  answerPayable(payment.orders, ({ order_id }) =>
    expired.has(order_id) ? refusal(409, "order-not-payable") : consent(order_id),
  );
  await eventually(() => alive.every((order) => payment.paidBy.has(order)));
  await eventually(async () => (await statuses()).FAILED === 40);
  expect(await statuses()).toEqual({ SUCCEEDED: 60, FAILED: 40 });
  for (const order of expired)
    expect(await payment.paymentsOf(order)).toMatchObject([{ failure: { code: "order-not-payable" } }]);
  await payment.stop();
  const captured = await capturedIn(dataDir);
  expect(captured.map(({ order_id }) => order_id).sort()).toEqual(alive.toSorted());
});

test("the order service's return wakes the payments that wait: nobody asks again", async () => {
  payment = await start();
  const order = newOrder();
  await payment.orders.mode("refuse");
  const { body } = await payment.pay(order);
  await payment.orders.mode("ok");
  await eventually(() => payment.paidBy.get(order) === body.id);
});

test("a payment whose order cannot be asked in time ends FAILED, uncharged, and the order may be paid anew", async () => {
  payment = await start({ PENDING_PAYMENT_TTL_S: "1" });
  const order = newOrder();
  answerPayable(payment.orders, () => refusal(503, "peer-unavailable"));
  const { body } = await payment.pay(order);
  await eventually(async () => (await payment.read(body.id)).status === "FAILED");
  expect((await payment.read(body.id)).failure.code).toBe("order-unavailable");
  await eventually(() => payment.events().length === 1);
  expect(payment.events()).toMatchObject([{ type: "payment.failed", data: { id: body.id } }]);

  answerPayable(payment.orders, ({ order_id }) => consent(order_id));
  expect((await payment.pay(order)).status).toBe(200);
  expect(await charged()).toHaveLength(1);
});

test("a payment that waits for its order ends with it, but not by a mistyped amount", async () => {
  payment = await start();
  const order = newOrder();
  await payment.orders.mode("fail");
  const { body: waiting } = await payment.pay(order);
  answerPayable(payment.orders, ({ amount }) =>
    amount === total ? refusal(503, "peer-unavailable") : refusal(422, "amount-mismatch"),
  );
  await payment.orders.mode("ok");
  expect((await payment.pay(order, 1)).body.code).toBe("amount-mismatch");
  expect((await payment.read(waiting.id)).status).toBe("PENDING");

  answerPayable(payment.orders, () => refusal(409, "order-not-payable"));
  expect((await payment.pay(order)).body.code).toBe("order-not-payable");
  expect(await payment.read(waiting.id)).toMatchObject({ status: "FAILED", failure: { code: "order-not-payable" } });
  expect(await charged()).toEqual([]);
});

test("a payment that waited is charged what its order agreed to, not what was mistyped while nobody could say", async () => {
  payment = await start();
  const order = newOrder();
  await payment.orders.mode("fail");
  await payment.pay(order, 1);
  await payment.orders.mode("ok");
  expect(await payment.pay(order)).toMatchObject({ status: 200, body: { amount: total } });
  expect(await charged()).toMatchObject([{ amount: 99999 }]);
});
