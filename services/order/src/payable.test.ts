import { currency } from "@shop/platform";
import type { Order, Status } from "./order.ts";
import { placedOrder } from "./order-events.ts";
import { amountMismatch, missingForPayment, payableUntil, requirePayable } from "./payable.ts";
import { placed } from "./testing/placed.ts";

const minute = 60_000;
const order: Order = placedOrder(
  "o1",
  placed({
    items: [{ product_id: 1, sku: "A", name: "Apple", quantity: 1, price: 99_999 }],
    expires_at: 30 * minute,
  }),
  0,
);

it("may be charged while it is pending and its time is not over", () => {
  expect(() => requirePayable(order, 30 * minute - 1)).not.toThrow();
  expect(() => requirePayable(order, 30 * minute)).toThrow(expect.objectContaining({ code: "order-not-payable" }));
});

it.each<[Status, string]>([
  ["PAID", "order-already-paid"],
  ["FULFILLED", "order-already-paid"],
  ["CANCELLED", "order-not-payable"],
  ["EXPIRED", "order-not-payable"],
  ["REFUNDED", "order-not-payable"],
])("may not be charged when %s: %s", (status, code) => {
  const refusal = expect.objectContaining({
    status: 409,
    code,
    members: expect.objectContaining({ order_status: status }),
  });
  expect(() => requirePayable({ ...order, status }, 0)).toThrow(refusal);
});

it("needs the catalog's word first, then a quarter of an hour", () => {
  expect(missingForPayment({ ...order, verification: "pending", hold: "none" }, 0)).toBe("verification");
  expect(missingForPayment(order, 15 * minute)).toBeUndefined();
  expect(missingForPayment(order, 15 * minute + 1)).toBe("time");
});

it("is given more time, never less", () => {
  expect(payableUntil(order, 0)).toBe(30 * minute);
  expect(payableUntil(order, 29 * minute)).toBe(44 * minute);
});

it("says what the right amount is, as it goes over the wire", () => {
  expect(amountMismatch(order, currency("USD").toWire)).toMatchObject({
    status: 422,
    code: "amount-mismatch",
    members: { total: 999.99, currency: "USD" },
  });
});
