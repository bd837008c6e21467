import "../../testing/storage.ts";
import type { Payment, Refund } from "../../api/payment.ts";
import { ApiProblem } from "../../api/problem.ts";
import { askedAmount, leftOf, refusalInWords } from "./refunds.ts";

const payment = (status: Payment["status"], refunded = 0) =>
  ({ id: "p", amount: 10.1, refunded, currency: "USD", status }) as Payment;
const refund = (amount: number, status: Refund["status"]) => ({ amount, status }) as Refund;

test("what is left is what was taken without what went back and what is under way", () => {
  expect(leftOf({ payment: payment("SUCCEEDED"), refunds: [] })).toBe(10.1);
  const refunds = [refund(0.2, "PENDING"), refund(1, "FAILED"), refund(5, "SUCCEEDED")];
  expect(leftOf({ payment: payment("PARTIALLY_REFUNDED", 5), refunds })).toBe(4.9);
  expect(leftOf({ payment: payment("REFUNDED", 10.1), refunds: [] })).toBe(0);
});

test.each(["PENDING", "CHARGING", "UNKNOWN", "FAILED"] as const)(
  "of a payment that is %s nothing is left",
  (status) => {
    expect(leftOf({ payment: payment(status), refunds: [] })).toBe(0);
  },
);

test("an amount may be all that is left, and not more", () => {
  expect(askedAmount("10,10", 10.1, "USD")).toEqual({ amount: 10.1 });
  expect(askedAmount("10.11", 10.1, "USD")).toEqual({ fault: "That is more than the $10.10 that are left." });
  expect(askedAmount("ten", 10.1, "USD")).toMatchObject({ fault: expect.stringContaining("such as 12.50") });
});

test.each([
  [{ code: "refund-exceeds-payment", refundable: 3 }, "only $3.00 of the payment is left"],
  [{ code: "refund-declined" }, "The payment provider declined it"],
  [{ code: "invalid-transition", payment_status: "REFUNDED" }, "the payment is “Refunded” now"],
  [{ code: "idempotency-key-reused" }, "with another reason"],
])("%j has words", (body, words) => {
  expect(refusalInWords(new ApiProblem(body, 409), "USD")).toContain(words);
});
