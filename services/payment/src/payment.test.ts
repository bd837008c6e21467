import { allowedFrom, commandsOf, newPayment, type Payment, paymentStatuses, refundOf } from "./payment.ts";

const fresh = newPayment({ id: "p", order_id: "o", amount: 1000, currency: "USD", status: "CHARGING", at: 1 });
const paid: Payment = { ...fresh, status: "SUCCEEDED", provider_reference: "r" };

test("a charge ends only by the provider's definitive answer, and an end has nothing after it but refunds", () => {
  expect(allowedFrom("UNKNOWN")).toEqual(["SUCCEEDED", "FAILED"]);
  expect(paymentStatuses.filter((status) => allowedFrom(status).length === 0)).toEqual(["FAILED", "REFUNDED"]);
  expect(paymentStatuses.filter((status) => allowedFrom(status).includes("CHARGING"))).toEqual(["PENDING"]);
});

test.each([
  ["all that remains, when none is asked", paid, undefined, 1000],
  ["all but what other refunds took or claim", { ...paid, refunded: 300, refunding: 200 }, undefined, 500],
  ["the amount asked", paid, 1, 1],
  ["exactly the rest", { ...paid, refunded: 300 }, 700, 700],
] as const)("a refund has %s", (_what, payment, asked, granted) => {
  expect(refundOf(payment, asked)).toBe(granted);
});

test.each([
  ["more than the payment", paid, 1001, "exceeds"],
  ["more than refunds under way leave", { ...paid, refunding: 400 }, 601, "exceeds"],
  ["the rest, when nothing is left", { ...paid, refunding: 1000 }, undefined, "exceeds"],
  ["anything of a charge under way", fresh, 1, "not-refundable"],
  ["anything of a payment given back", { ...paid, status: "REFUNDED", refunded: 1000 }, 1, "not-refundable"],
] as const)("no refund has %s", (_what, payment, asked, refusal) => {
  expect(refundOf(payment, asked)).toBe(refusal);
});

test("every end of a charge and every refund is told, what is under way is not", () => {
  const told = paymentStatuses.map((status) => [status, commandsOf({ ...fresh, status })[0]?.type]);
  expect(Object.fromEntries(told)).toEqual({
    PENDING: undefined,
    CHARGING: undefined,
    UNKNOWN: undefined,
    SUCCEEDED: "payment.succeeded",
    FAILED: "payment.failed",
    PARTIALLY_REFUNDED: "payment.refunded",
    REFUNDED: "payment.refunded",
  });
});
