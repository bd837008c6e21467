import { eventually } from "@shop/platform/testing";
import {
  answerPayable,
  capturedIn,
  chargesIn,
  hurried,
  newOrder,
  refusal,
  startPayment,
  total,
} from "./testing/start-payment.ts";

let payment: Awaited<ReturnType<typeof startPayment>>;
afterEach(() => payment.stop());

const mended = async (kind: string) => (await payment.reconcile()).find(({ name }) => name === kind)?.mended;

/** A gate that a test opens, for a provider that answers late. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

test.each(["hang", "fail-before", "fail-after"] as const)(
  "a charge during which the provider did %s is ended by itself: charged once, and the order is told",
  async (fault) => {
    payment = await startPayment();
    const order = newOrder();
    payment.provider.next = () => fault;
    const { body } = await payment.pay(order, total, hurried);
    expect(body.status).toBe("UNKNOWN");
    expect(await mended("charges")).toBe(0);

    payment.provider.next = () => "answer";
    expect(await mended("charges")).toBe(1);
    expect(await payment.read(body.id)).toMatchObject({ status: "SUCCEEDED", failure: null });
    await eventually(() => payment.paidBy.get(order) === body.id);
    const { dataDir } = payment;
    await payment.stop();
    expect(await capturedIn(dataDir)).toMatchObject([{ id: body.id, order_id: order }]);
  },
);

test("a charge whose order died meanwhile is cancelled: its request, which arrives late, takes no money", async () => {
  payment = await startPayment();
  const late = gate();
  payment.provider.next = async (operation) => {
    if (operation === "charge") await late.opened;
    return "answer" as const;
  };
  const { body } = await payment.pay(newOrder(), total, hurried);
  expect(body.status).toBe("UNKNOWN");

  answerPayable(payment.orders, () => refusal(409, "order-not-payable"));
  expect(await mended("charges")).toBe(1);
  late.open();
  expect(await payment.read(body.id)).toMatchObject({ status: "FAILED", failure: { code: "order-not-payable" } });
  await eventually(() => payment.events().length === 1);
  expect(payment.events()).toMatchObject([{ type: "payment.failed" }]);
  const { dataDir } = payment;
  await payment.stop();
  expect(await chargesIn(dataDir)).toMatchObject([{ id: body.id, result: { outcome: "declined" } }]);
});

test("a charge that was made just before its cancellation stands, dead order or not, and the order is told", async () => {
  payment = await startPayment();
  payment.provider.next = (operation) => (operation === "charge" ? "fail-after" : "fail-before");
  const order = newOrder();
  const { body } = await payment.pay(order);
  // It cannot be found at first, so that only the cancellation meets it.
  answerPayable(payment.orders, () => refusal(409, "order-not-payable"));
  payment.provider.next = () => "answer";
  expect(await mended("charges")).toBe(1);
  expect(await payment.read(body.id)).toMatchObject({ status: "SUCCEEDED" });
  await eventually(() => payment.events().some(({ type }) => type === "payment.succeeded"));
});

test("a charge that is with the provider still is left alone", async () => {
  payment = await startPayment();
  const slow = gate();
  const asked: string[] = [];
  payment.provider.next = async (operation) => {
    asked.push(operation);
    if (operation === "charge") await slow.opened;
    return "answer" as const;
  };
  const paying = payment.pay(newOrder());
  await eventually(() => asked.includes("charge"));
  const passes = await payment.reconcile();
  expect(passes.find(({ name }) => name === "charges")).toMatchObject({ found: 0 });
  slow.open();
  expect((await paying).status).toBe(200);
  expect(asked).not.toContain("find");
});

test("nothing is ended while the order service cannot be asked", async () => {
  payment = await startPayment();
  payment.provider.next = () => "fail-before";
  const { body } = await payment.pay(newOrder());
  payment.provider.next = () => "answer";
  await payment.orders.mode("fail");
  expect(await mended("charges")).toBe(0);
  expect((await payment.read(body.id)).status).toBe("UNKNOWN");
});

test.each(["hang", "fail-before", "fail-after"] as const)(
  "a refund during which the provider did %s is ended by itself, after a restart at once",
  async (fault) => {
    payment = await startPayment();
    const { id } = (await payment.pay(newOrder())).body;
    payment.provider.next = () => fault;
    const { body } = await payment.refund(id, { amount: 600 }, hurried);
    expect(body.status).toBe("PENDING");
    // A request of this process may still be working on it.
    expect(await mended("refunds")).toBe(0);

    const { dataDir } = payment;
    await payment.stop();
    payment = await startPayment({ DATA_DIR: dataDir });
    expect(await payment.read(id)).toMatchObject({ status: "PARTIALLY_REFUNDED", refunded: 600, version: 3 });
    await eventually(() => payment.events().some(({ type }) => type === "payment.refunded"));
    expect((await payment.refund(id, {})).body).toMatchObject({ amount: 399.99, status: "SUCCEEDED" });
    await payment.stop();
    expect(await capturedIn(dataDir)).toMatchObject([{ refunded: 99_999 }]);
  },
);
