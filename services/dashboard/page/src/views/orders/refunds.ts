import { listPayments, listRefunds, type Payment, type Refund } from "../../api/payment.ts";
import type { ApiProblem } from "../../api/problem.ts";
import { formatMoney, minus, parseMoney } from "../../format/money.ts";
import { inWords } from "../../format/words.ts";

/** A payment with what was given back of it, newest first. */
export interface PaymentStory {
  readonly payment: Payment;
  readonly refunds: readonly Refund[];
}

const captured: ReadonlySet<Payment["status"]> = new Set(["SUCCEEDED", "PARTIALLY_REFUNDED", "REFUNDED"]);

/** The payments of an order, newest first, each with its refunds. */
export async function loadPayments(orderId: string, signal: AbortSignal): Promise<readonly PaymentStory[]> {
  const { items } = await listPayments({ order_id: orderId }, signal);
  return Promise.all(
    items.map(async (payment) => ({
      payment,
      refunds: captured.has(payment.status) ? (await listRefunds(payment.id, signal)).items : [],
    })),
  );
}

/** What can still be given back: refunds under way have set theirs aside. Zero when nothing was taken. */
export function leftOf({ payment: { status, amount, refunded, currency }, refunds }: PaymentStory): number {
  if (!captured.has(status)) return 0;
  const underWay = refunds.filter((each) => each.status === "PENDING");
  return underWay.reduce((left, each) => minus(left, each.amount, currency), minus(amount, refunded, currency));
}

/** What a person typed as an amount to give back, or what is wrong with it. */
export function askedAmount(
  text: string,
  left: number,
  currency: string,
): { readonly amount: number } | { readonly fault: string } {
  const amount = parseMoney(text, currency);
  if (amount === undefined) return { fault: "An amount such as 12.50, without the currency." };
  if (amount > left) return { fault: `That is more than the ${formatMoney(left, currency)} that are left.` };
  return { amount };
}

/** Why nothing was given back, in words that say what can be done; undefined where the API's own words are best. */
export function refusalInWords({ code, members }: ApiProblem, currency: string): string | undefined {
  switch (code) {
    case "refund-exceeds-payment":
      return typeof members.refundable === "number"
        ? `Nothing was given back: only ${formatMoney(members.refundable, currency)} of the payment is left by now.`
        : undefined;
    case "refund-declined":
      return "The payment provider declined it. Nothing was given back; you may ask again.";
    case "invalid-transition":
      return `Nothing was given back: the payment is “${inWords(String(members.payment_status))}” now.`;
    case "idempotency-key-reused":
      return "The same amount was asked for before with another reason, and how that ended is not known. See whether it is listed before you ask again.";
    default:
      return undefined;
  }
}
