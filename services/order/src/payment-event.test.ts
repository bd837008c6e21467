import { currency } from "@shop/platform";
import { type Order, transition } from "./order.ts";
import { placedOrder } from "./order-events.ts";
import { eventsOfPayment, type PaymentEvent, type PaymentSnapshot, requireConsistent } from "./payment-event.ts";
import { placed } from "./testing/placed.ts";

const unit = currency("USD");
const pending: Order = placedOrder("o1", placed(), 0);
const statusOf = {
  "payment.succeeded": "SUCCEEDED",
  "payment.failed": "FAILED",
  "payment.refunded": "PARTIALLY_REFUNDED",
};
const news = (type: PaymentEvent["type"], data: Partial<PaymentSnapshot> = {}): PaymentEvent => ({
  type,
  timestamp: "2026-08-01T00:00:00Z",
  data: {
    id: "p1",
    order_id: "o1",
    amount: 5000,
    currency: "USD",
    status: statusOf[type],
    refunded: 0,
    version: 3,
    ...data,
  },
});
const after = (order: Order, ...told: PaymentEvent[]): Order =>
  told.reduce(
    (now, each) => eventsOfPayment(now, each, unit).reduce((o, event) => transition(o, event, 1), now),
    order,
  );
const types = (order: Order, told: PaymentEvent) => eventsOfPayment(order, told, unit).map(({ type }) => type);

const paid = after(pending, news("payment.succeeded"));
const refunded = (amount: number, version: number) => news("payment.refunded", { refunded: amount, version });

it("is paid by a payment that succeeded, once", () => {
  expect(paid).toMatchObject({ status: "PAID", payment_id: "p1", payment_version: 3 });
  expect(types(paid, news("payment.succeeded"))).toEqual([]);
});

it("follows refunds up to the whole, and no older news", () => {
  const partly = after(paid, refunded(2000, 4));
  expect(partly).toMatchObject({ status: "PAID", refunded: 2000 });
  expect(types(partly, refunded(1000, 3))).toEqual([]);
  expect(types(partly, refunded(2000, 4))).toEqual([]);
  const wholly = after(partly, refunded(5000, 5));
  expect(wholly).toMatchObject({ status: "REFUNDED", refunded: 5000 });
  expect(types(wholly, refunded(2000, 4))).toEqual([]);
  expect(types(wholly, news("payment.succeeded"))).toEqual([]);
});

it("is paid and refunded when the refund is the first it hears of", () => {
  const order = after(pending, refunded(5000, 5), news("payment.succeeded"));
  expect(order).toMatchObject({ status: "REFUNDED", payment_id: "p1", refunded: 5000, seq: 3 });
});

it.each(["CANCELLED", "EXPIRED"] as const)("notes a payment for an order that is %s", (status) => {
  const dead: Order = { ...pending, status };
  expect(types(dead, news("payment.succeeded"))).toEqual(["payment_after_close"]);
  expect(after(dead, news("payment.succeeded"))).toMatchObject({ status, payment_id: null, refunded: 0 });
});

it("notes another payment for an order that is paid", () => {
  expect(types(paid, news("payment.succeeded", { id: "p2" }))).toEqual(["payment_after_close"]);
  expect(types(paid, news("payment.refunded", { id: "p2", refunded: 5000 }))).toEqual(["payment_after_close"]);
});

it("notes each version of such a payment once, and no older one", () => {
  const dead: Order = { ...pending, status: "EXPIRED" };
  const late = news("payment.succeeded", { id: "p2", version: 3 });
  const noted = after(dead, late);
  expect(types(noted, late)).toEqual([]);
  expect(types(noted, news("payment.succeeded", { id: "p2", version: 2 }))).toEqual([]);
  const back = news("payment.refunded", { id: "p2", version: 4, status: "REFUNDED", refunded: 5000 });
  expect(types(noted, back)).toEqual(["payment_after_close"]);
});

it("notes a failed payment once and stays payable", () => {
  const failed = news("payment.failed");
  expect(types(pending, failed)).toEqual(["payment_failed"]);
  const noted = after(pending, failed);
  expect(noted).toMatchObject({ status: "PENDING", payment_id: null });
  expect(types(noted, failed)).toEqual([]);
  expect(types(noted, news("payment.succeeded", { id: "p2" }))).toEqual(["paid"]);
});

it.each<[string, Partial<PaymentSnapshot>]>([
  ["another amount", { amount: 4999 }],
  ["another currency", { currency: "EUR" }],
])("is not paid by %s, which is noted", (_, data) => {
  const wrong = news("payment.succeeded", data);
  expect(types(pending, wrong)).toEqual(["payment_mismatch"]);
  expect(after(pending, wrong)).toMatchObject({ status: "PENDING", payment_id: null });
  expect(types(after(pending, wrong), wrong)).toEqual([]);
});

it("does not believe that its own payment has another amount now", () => {
  const mismatch = expect.objectContaining({ status: 422, code: "amount-mismatch" });
  expect(() => eventsOfPayment(paid, news("payment.refunded", { amount: 6000, version: 9 }), unit)).toThrow(mismatch);
});

it.each<[string, PaymentEvent]>([
  ["order_id", news("payment.succeeded", { order_id: "o2" })],
  ["status", news("payment.succeeded", { status: "FAILED" })],
  ["refunded", news("payment.refunded", { refunded: 5001 })],
])("is refused when its %s contradicts the rest", (field, contradiction) => {
  const refusal = expect.objectContaining({
    status: 422,
    members: { errors: [expect.objectContaining({ pointer: `/body/data/${field}` })] },
  });
  expect(() => requireConsistent("o1", contradiction)).toThrow(refusal);
});
