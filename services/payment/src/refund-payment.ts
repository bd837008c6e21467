import { type Currency, type MinorUnits, notFound, Problem, type RequestContext } from "@shop/platform";
import { v7 } from "uuid";
import type { News } from "./news.ts";
import { allowedFrom, type Payment, refundable, refundOf } from "./payment.ts";
import { definitive, type Provider, type ProviderResult, ProviderUnavailable } from "./provider/provider.ts";
import type { Refund } from "./refund.ts";
import type { RefundStore } from "./refund-store.ts";

export interface RefundOrder {
  readonly payment_id: string;
  /** In minor units; all that remains when left out. */
  readonly amount?: MinorUnits | undefined;
  readonly reason?: string | undefined;
}

export type RefundPayment = ReturnType<typeof createRefundPayment>;

/** Gives money back. The amount is claimed before the provider is asked, so that refunds at once never exceed the payment. */
export function createRefundPayment(deps: { store: RefundStore; provider: Provider; news: News; unit: Currency }) {
  const { store, provider, news, unit } = deps;

  /**
   * The refund; PENDING while the provider's answer is not known, FAILED when it declined. A request with an Idempotency-Key has its refund's id
   * from there: repeated, it goes on with that refund. Throws 404 and 409.
   */
  async function refundPayment(order: RefundOrder, context: RequestContext): Promise<Refund> {
    const { refund, isNew } = await claim(order, context);
    if (refund.status !== "PENDING") return refund;
    return isNew ? give(refund, context) : ((await resolve(refund, context)) ?? refund);
  }

  function claim({ payment_id, amount, reason }: RefundOrder, context: RequestContext) {
    const id = context.claim?.resourceId;
    return store.inTransaction(async (store) => {
      const known = id === undefined ? undefined : await store.find(id);
      if (known) return { refund: known, isNew: false };
      const payment = await store.payment(payment_id);
      if (!payment) throw notFound("payment");
      const granted = refundOf(payment, amount);
      if (granted === "not-refundable") throw notRefundable(payment);
      if (granted === "exceeds" || !(await store.claim(payment_id, granted))) throw exceeds(payment, unit);
      const at = Date.now();
      const refund: Refund = {
        id: id ?? v7(),
        payment_id,
        amount: granted,
        status: "PENDING",
        reason: reason ?? null,
        created_at: at,
        updated_at: at,
      };
      await store.add(refund);
      return { refund, isNew: true };
    }, context);
  }

  async function give(refund: Refund, context: RequestContext): Promise<Refund> {
    return record(refund, await definitive(provider.refund(refund, context.deadline), context), context);
  }

  /** Asks what became of a refund, and gives it again, under the same id, when nothing did. Undefined: nobody can say now. */
  async function resolve(refund: Refund, context: RequestContext): Promise<Refund | undefined> {
    try {
      const found = await provider.findRefund(refund.id, context.deadline);
      const resolved = found ? await record(refund, found, context) : await give(refund, context);
      return resolved.status === "PENDING" ? undefined : resolved;
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      context.log.error({ err: error, refund: refund.id }, "the provider cannot be asked what became of a refund");
      return undefined;
    }
  }

  /** Has no deadline: the money has moved, whoever still waits. */
  async function record(refund: Refund, result: ProviderResult | undefined, context: RequestContext): Promise<Refund> {
    if (!result) return refund;
    try {
      return await settle(refund, result, context);
    } catch (error) {
      // The money may have moved: the refund is under way still, and the provider remembers.
      context.log.error({ err: error, refund: refund.id }, "the outcome of a refund could not be recorded");
      return refund;
    }
  }

  async function settle(refund: Refund, result: ProviderResult, context: RequestContext): Promise<Refund> {
    const succeeded = result.outcome === "succeeded";
    if (!succeeded) context.log.warn({ refund: refund.id, code: result.code }, "the provider declined a refund");
    const { settled, told } = await store.inTransaction(async (store) => {
      const settled = await store.settle(refund.id, succeeded ? "SUCCEEDED" : "FAILED");
      if (!settled) return { settled: (await store.find(refund.id)) ?? refund, told: undefined };
      if (succeeded) return { settled, told: await store.take(settled) };
      await store.giveBack(settled);
      return { settled, told: undefined };
    });
    news.later(told);
    return settled;
  }

  return { refundPayment, resolve };
}

function notRefundable({ status }: Payment): Problem {
  const members = { payment_status: status, allowed: allowedFrom(status) };
  return new Problem(409, "invalid-transition", `A payment that is ${status} cannot be refunded.`, members);
}

function exceeds(payment: Payment, unit: Currency): Problem {
  const detail = "Ask for at most what the payment has left to give back.";
  return new Problem(409, "refund-exceeds-payment", detail, { refundable: unit.toWire(refundable(payment)) });
}
