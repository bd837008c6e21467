import { type Currency, type MinorUnits, notFound, Problem, type RequestContext } from "@shop/platform";
import { v7 } from "uuid";
import type { Effects } from "./effects.ts";
import { definitive } from "./pay.ts";
import { allowedFrom, commandsOf, type Payment, refundable, refundOf } from "./payment.ts";
import type { Provider, ProviderResult } from "./provider/provider.ts";
import type { Refund } from "./refund.ts";
import type { RefundStore } from "./refund-store.ts";

export interface RefundOrder {
  readonly payment_id: string;
  /** In minor units; all that remains when left out. */
  readonly amount?: MinorUnits | undefined;
  readonly reason?: string | undefined;
}

/** Gives money back. The amount is claimed before the provider is asked, so that refunds at once never exceed the payment. */
export function createRefundPayment(deps: {
  store: RefundStore;
  provider: Provider;
  effects: Effects;
  unit: Currency;
}) {
  const { store, provider, effects, unit } = deps;

  /** The refund; PENDING while the provider's answer is not known. Throws 404 and 409. */
  return async function refundPayment(order: RefundOrder, context: RequestContext): Promise<Refund> {
    const refund = await claim(order, context);
    const result = await definitive(provider.refund(refund, context.deadline), context);
    if (!result) return refund;
    try {
      return await settle(refund, result, context);
    } catch (error) {
      // The money may have moved: the refund is under way still, and the provider remembers.
      context.log.error({ err: error, refund: refund.id }, "the outcome of a refund could not be recorded");
      return refund;
    }
  };

  function claim({ payment_id, amount, reason }: RefundOrder, context: RequestContext): Promise<Refund> {
    return store.inTransaction(async (store) => {
      const payment = await store.payment(payment_id);
      if (!payment) throw notFound("payment");
      const granted = refundOf(payment, amount);
      if (granted === "not-refundable") throw notRefundable(payment);
      if (granted === "exceeds" || !(await store.claim(payment_id, granted))) throw exceeds(payment, unit);
      const at = Date.now();
      const refund: Refund = {
        id: v7(),
        payment_id,
        amount: granted,
        status: "PENDING",
        reason: reason ?? null,
        created_at: at,
        updated_at: at,
      };
      await store.add(refund);
      return refund;
    }, context);
  }

  /** Has no deadline: the money has moved, whoever still waits. */
  async function settle(refund: Refund, result: ProviderResult, context: RequestContext): Promise<Refund> {
    const succeeded = result.outcome === "succeeded";
    if (!succeeded) context.log.warn({ refund: refund.id, code: result.code }, "the provider declined a refund");
    const { settled, events } = await store.inTransaction(async (store) => {
      const settled = await store.settle(refund.id, succeeded ? "SUCCEEDED" : "FAILED");
      if (!settled) return { settled: refund, events: [] };
      if (!succeeded) {
        await store.giveBack(settled);
        return { settled, events: [] };
      }
      return { settled, events: commandsOf(await store.take(settled)) };
    });
    effects.tellLater(events);
    return settled;
  }
}

function notRefundable({ status }: Payment): Problem {
  const members = { payment_status: status, allowed: allowedFrom(status) };
  return new Problem(409, "invalid-transition", `A payment that is ${status} cannot be refunded.`, members);
}

function exceeds(payment: Payment, unit: Currency): Problem {
  const detail = "Ask for at most what the payment has left to give back.";
  return new Problem(409, "refund-exceeds-payment", detail, { refundable: unit.toWire(refundable(payment)) });
}
