import { failOpen, type Metrics, type MinorUnits, Problem, type RequestContext, remaining } from "@shop/platform";
import { v7 } from "uuid";
import type { Charging } from "./charging.ts";
import type { Told } from "./messages.ts";
import type { News } from "./news.ts";
import { newPayment, type Payment } from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";

/** "paid": the order is PAID by it. "under-way": not yet, look again later. "declined": it is over, without a charge. */
export interface PayResult {
  readonly outcome: "paid" | "under-way" | "declined";
  readonly payment: Payment;
}

/** The least time in which a charge is begun: for the provider's answer, and to write it down. */
export const chargeableMs = 100;

/** What a repeated payment is told: it is done already, or asked for wrongly. */
const payersOwn = new Set(["order-already-paid", "amount-mismatch", "not-found"]);

const underWay = (payment: Payment): PayResult => ({ outcome: "under-way", payment });

/**
 * Pays an order once, however often and at once it is asked for. Nothing is charged without the order service's consent
 * in the same request, and every charge carries an id that was stored before it, so that it can be found again. A
 * request with an Idempotency-Key has its payment's id from there: repeated, it goes on where it was.
 */
export function createPay(deps: {
  store: PaymentStore;
  charging: Charging;
  news: News;
  metrics: Metrics;
  currency: string;
}) {
  const { store, charging, news, metrics, currency } = deps;

  /** Throws the order service's refusals, and 503 when the database cannot be used. */
  async function pay(asked: { order_id: string; amount: MinorUnits }, context: RequestContext): Promise<PayResult> {
    const { order_id, amount } = asked;
    const standing = await store.standing(order_id, context.claim?.resourceId);
    if (!standing) {
      const id = context.claim?.resourceId ?? v7();
      return begin(newPayment({ id, order_id, amount, currency, status: "CHARGING", at: Date.now() }), context);
    }
    switch (standing.status) {
      case "PENDING":
        return resume(standing, amount, context);
      case "CHARGING":
        return underWay(standing);
      case "UNKNOWN":
        return askAgain(standing, amount, context);
      case "FAILED":
        return { outcome: "declined", payment: standing };
      default:
        return confirm(standing, amount, context);
    }
  }

  async function begin(payment: Payment, context: RequestContext): Promise<PayResult> {
    const consent = await consentOf(payment, payment.amount, context);
    // Begun without the time to hear of its charge, it would be one whose outcome nobody knows.
    const chargeable = consent && remaining(context) > chargeableMs;
    const begun = await store.begin(chargeable ? payment : { ...payment, status: "PENDING" }, context);
    news.later(begun);
    if (!chargeable || begun.payment.id !== payment.id) return underWay(begun.payment);
    return conclude(await charging.charge(begun.payment, context), context);
  }

  /** A payment that could not ask its order before asks now, under the same id. */
  async function resume(payment: Payment, amount: MinorUnits, context: RequestContext): Promise<PayResult> {
    try {
      if (!(await consentOf(payment, amount, context))) return underWay(payment);
    } catch (error) {
      if (error instanceof Problem) await endWithOrder(payment, error);
      throw error;
    }
    if (remaining(context) <= chargeableMs) return underWay(payment);
    const chargeable = await store.charge(payment.id, amount, context);
    // Somebody else has charged it or ended it meanwhile.
    if (!chargeable) return pay({ order_id: payment.order_id, amount }, context);
    return conclude(await charging.charge(chargeable, context), context);
  }

  /** The amount is what the order agreed to before the first try; another one is mistyped. */
  async function askAgain(payment: Payment, amount: MinorUnits, context: RequestContext): Promise<PayResult> {
    if (amount !== payment.amount)
      throw new Problem(422, "amount-mismatch", "A payment of another amount is under way for this order.");
    const resolved = await charging.resolve(payment, context);
    if (!resolved) return underWay(payment);
    if (!resolved.refusal || resolved.payment.status === "SUCCEEDED") return conclude(resolved, context);
    news.later(resolved);
    throw resolved.refusal;
  }

  /** The money is taken: what is left to find out is whether the order knows. */
  async function confirm(payment: Payment, amount: MinorUnits, context: RequestContext): Promise<PayResult> {
    try {
      if (!(await consentOf(payment, amount, context))) return underWay(payment);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const paidByThis = error.code === "order-already-paid" && error.members.payment_id === payment.id;
      // Who repeats a request is told how it ended; who asks anew, that there is nothing to pay.
      if (paidByThis && payment.id === context.claim?.resourceId) return { outcome: "paid", payment };
      if (payersOwn.has(error.code) || payment.status === "REFUNDED") throw error;
    }
    // It has not heard of its payment, or has forgotten it; one that cannot be paid any more has to hear of it too.
    const told = await store.retell(payment.id);
    return told ? conclude(told, context) : underWay(payment);
  }

  /** Whether the payment may be charged to its order; false when nobody can say now. Throws the order's refusal. */
  async function consentOf(payment: Payment, amount: MinorUnits, context: RequestContext): Promise<boolean> {
    const failure = await charging.consentOf({ ...payment, amount }, context);
    if (failure) failOpen(metrics, context, failure, "its payment waits");
    return failure === undefined;
  }

  /** A refused order takes its waiting payment with it; a wrong amount is the fault of the request alone. */
  async function endWithOrder(payment: Payment, { code, message }: Problem): Promise<void> {
    if (code === "amount-mismatch") return;
    news.later(await store.abandon(payment.id, { code, detail: message }));
  }

  async function conclude(told: Told, context: RequestContext): Promise<PayResult> {
    const { payment } = told;
    if (payment.status === "FAILED") {
      news.later(told);
      return { outcome: "declined", payment };
    }
    return { outcome: (await news.now(told, context)) ? "paid" : "under-way", payment };
  }

  return pay;
}
