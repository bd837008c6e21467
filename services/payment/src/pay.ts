import {
  type Metrics,
  type MinorUnits,
  PeerUnavailable,
  Problem,
  type RequestContext,
  remaining,
} from "@shop/platform";
import { v7 } from "uuid";
import type { Effects } from "./effects.ts";
import { failOpen } from "./fail-open.ts";
import type { OrderClient } from "./order-client.ts";
import { commandsOf, newPayment, type Payment } from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";
import { type Provider, type ProviderResult, ProviderUnavailable } from "./provider/provider.ts";

/** "paid": the order is PAID by it. "under-way": not yet, look again later. "declined": it is over, without a charge. */
export interface PayResult {
  readonly outcome: "paid" | "under-way" | "declined";
  readonly payment: Payment;
}

/** The least time in which a charge is begun: for the provider's answer, and to write it down. */
const chargeableMs = 100;

/** What a repeated payment is told: it is done already, or asked for wrongly. */
const payersOwn = new Set(["order-already-paid", "amount-mismatch", "not-found"]);

const underWay = (payment: Payment): PayResult => ({ outcome: "under-way", payment });

/**
 * Pays an order once, however often and at once it is asked for. Nothing is charged without the order service's consent
 * in the same request, and every charge carries an id that was stored before it, so that it can be found again.
 */
export function createPay(deps: {
  store: PaymentStore;
  orders: OrderClient;
  provider: Provider;
  effects: Effects;
  metrics: Metrics;
  currency: string;
}) {
  const { store, orders, provider, effects, metrics, currency } = deps;

  /** Throws the order service's refusals, and 503 when the database cannot be used. */
  return async function pay(
    { order_id, amount }: { order_id: string; amount: MinorUnits },
    context: RequestContext,
  ): Promise<PayResult> {
    const live = await store.live(order_id);
    if (!live) {
      const at = Date.now();
      return begin(newPayment({ id: v7(), order_id, amount, currency, status: "CHARGING", at }), context);
    }
    switch (live.status) {
      case "PENDING":
        return resume(live, amount, context);
      case "CHARGING":
        return underWay(live);
      case "UNKNOWN":
        return askAgain(live, amount, context);
      default:
        return confirm(live, amount, context);
    }
  };

  async function begin(payment: Payment, context: RequestContext): Promise<PayResult> {
    const consent = await consentOf(payment, payment.amount, context);
    // Begun without the time to hear of its charge, it would be one whose outcome nobody knows.
    const charging = consent && remaining(context) > chargeableMs;
    const standing = await store.begin(charging ? payment : { ...payment, status: "PENDING" }, context);
    if (!charging || standing.id !== payment.id) return underWay(standing);
    return settle(standing, provider.charge(standing, context.deadline), context);
  }

  /** A payment that could not ask its order before asks now, under the same id. */
  async function resume(payment: Payment, amount: MinorUnits, context: RequestContext): Promise<PayResult> {
    try {
      if (!(await consentOf(payment, amount, context))) return underWay(payment);
    } catch (error) {
      if (error instanceof Problem) await endWithOrder(payment, error);
      throw error;
    }
    const charging = await store.charge(payment.id, amount, context);
    if (!charging) return underWay((await store.find(payment.id)) ?? payment);
    return settle(charging, provider.charge(charging, context.deadline), context);
  }

  /**
   * The provider knows what became of the charge. When it never took it, the charge is made now, under the same id, and
   * needs the order's consent like any other: the order may be dead since.
   */
  async function askAgain(payment: Payment, amount: MinorUnits, context: RequestContext): Promise<PayResult> {
    const found = await lookUp(payment, context);
    if (found === "unknown") return underWay(payment);
    if (found) return settle(payment, Promise.resolve(found), context);
    if (!(await consentOf(payment, amount, context))) return underWay(payment);
    return settle(payment, provider.charge(payment, context.deadline), context);
  }

  async function lookUp(payment: Payment, context: RequestContext): Promise<ProviderResult | "unknown" | undefined> {
    try {
      return await provider.find(payment.id, context.deadline);
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      context.log.error({ err: error, payment: payment.id }, "the provider cannot be asked what became of a charge");
      return "unknown";
    }
  }

  /** The money is taken: what is left to find out is whether the order knows. */
  async function confirm(payment: Payment, amount: MinorUnits, context: RequestContext): Promise<PayResult> {
    try {
      if (!(await consentOf(payment, amount, context))) return underWay(payment);
    } catch (error) {
      // An order that cannot be paid any more has to hear of its payment all the same.
      if (!(error instanceof Problem) || payersOwn.has(error.code)) throw error;
    }
    const paid = await effects.tell(context, { type: "payment.succeeded", payment });
    return { outcome: paid ? "paid" : "under-way", payment };
  }

  /** Whether this payment may be charged to its order; false when nobody can say now. Throws the order's refusal. */
  async function consentOf(payment: Payment, amount: MinorUnits, context: RequestContext): Promise<boolean> {
    try {
      await orders.payable(context, { ...payment, amount });
      return true;
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      failOpen(metrics, context, error, "its payment waits");
      return false;
    }
  }

  /** A refused order takes its waiting payment with it; a wrong amount is the fault of the request alone. */
  async function endWithOrder(payment: Payment, { code, message }: Problem): Promise<void> {
    if (code === "amount-mismatch") return;
    const ended = await store.abandon(payment.id, { code, detail: message });
    if (ended) effects.tellLater(commandsOf(ended));
  }

  async function settle(payment: Payment, asked: Promise<ProviderResult>, context: RequestContext): Promise<PayResult> {
    const result = await definitive(asked, context);
    const settled = await recorded(payment, result, context);
    if (settled.status === "FAILED") {
      effects.tellLater(commandsOf(settled));
      return { outcome: "declined", payment: settled };
    }
    for (const event of commandsOf(settled))
      if (await effects.tell(context, event)) return { outcome: "paid", payment: settled };
    return underWay(settled);
  }

  /** When the outcome cannot be written down, the payment is under way still, and the provider remembers. */
  async function recorded(payment: Payment, result: ProviderResult | undefined, context: RequestContext) {
    try {
      return await store.settle({ id: payment.id, result });
    } catch (error) {
      context.log.error({ err: error, payment: payment.id }, "the outcome of a charge could not be recorded");
      return payment;
    }
  }
}

/** The provider's answer, or undefined when it gave none: only it can say later what happened. */
export async function definitive(
  asked: Promise<ProviderResult>,
  context: RequestContext,
): Promise<ProviderResult | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    context.log.error({ err: error }, "the provider gave no answer: whether money moved is not known");
    return undefined;
  }
}
