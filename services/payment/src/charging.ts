import { PeerUnavailable, Problem, type RequestContext } from "@shop/platform";
import type { Told } from "./messages.ts";
import type { OrderClient } from "./order-client.ts";
import type { Payment } from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";
import { cancelled, definitive, type Provider, type ProviderResult, ProviderUnavailable } from "./provider/provider.ts";

export type Charging = ReturnType<typeof createCharging>;

/** How a charge whose outcome was not known ended: by its order's refusal, when there is one. */
export interface Resolved extends Told {
  readonly refusal?: Problem;
}

/** The steps of a charge, the same for whoever makes one: a request, a payment that waited, the recovery. */
export function createCharging(deps: { store: PaymentStore; orders: OrderClient; provider: Provider }) {
  const { store, orders, provider } = deps;

  /** Whether the payment may be charged to its order; else why nobody can say now. Throws the order's refusal. */
  async function consentOf(payment: Payment, context: RequestContext): Promise<PeerUnavailable | undefined> {
    try {
      await orders.payable(context, payment);
      return undefined;
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      return error;
    }
  }

  /** Charges under the payment's id, and records what came of it. The payment is CHARGING or UNKNOWN. */
  async function charge(payment: Payment, context: RequestContext): Promise<Told> {
    return record(payment, await definitive(provider.charge(payment, context.deadline), context), context);
  }

  /** When the outcome cannot be written down, the payment is under way still, and the provider remembers. */
  async function record(payment: Payment, result: ProviderResult | undefined, context: RequestContext): Promise<Told> {
    try {
      return await store.settle({ id: payment.id, result });
    } catch (error) {
      context.log.error({ err: error, payment: payment.id }, "the outcome of a charge could not be recorded");
      return { payment, row: undefined };
    }
  }

  /**
   * Finds out how a charge ended. One that the provider never took is made now, under the same id, when the order
   * agrees again, for it may be dead since; when it does not, the provider is told that it will never be made, because
   * its request may still be on the way. Undefined when nobody can say now.
   */
  async function resolve(payment: Payment, context: RequestContext): Promise<Resolved | undefined> {
    try {
      const found = await provider.find(payment.id, context.deadline);
      if (found) return await record(payment, found, context);
      if (await consentOf(payment, context)) return undefined;
    } catch (error) {
      if (error instanceof ProviderUnavailable) return unavailable(error, payment, context);
      if (error instanceof Problem) return cancel(payment, error, context);
      throw error;
    }
    return charge(payment, context);
  }

  async function cancel(payment: Payment, refusal: Problem, context: RequestContext): Promise<Resolved | undefined> {
    try {
      const word = await provider.cancel(payment, context.deadline);
      const stopped = word.outcome === "declined" && word.code === cancelled;
      const reason = { outcome: "declined", code: refusal.code, detail: refusal.message } as const;
      return { ...(await record(payment, stopped ? reason : word, context)), refusal };
    } catch (error) {
      if (error instanceof ProviderUnavailable) return unavailable(error, payment, context);
      throw error;
    }
  }

  function unavailable(err: ProviderUnavailable, { id }: Payment, { log }: RequestContext): undefined {
    log.error({ err, payment: id }, "the provider cannot be asked what became of a charge");
  }

  return { consentOf, charge, resolve };
}
