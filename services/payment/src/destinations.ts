import {
  type Delivery,
  type Destination,
  PeerUnavailable,
  Problem,
  type RequestContext,
  remaining,
  sign,
  type WebhookSecrets,
} from "@shop/platform";
import type { Charging } from "./charging.ts";
import type { WebhookBody } from "./messages.ts";
import type { News } from "./news.ts";
import type { OrderClient } from "./order-client.ts";
import { chargeableMs } from "./pay.ts";
import type { Payment } from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";

/** More than ever wait for an answer at once: the peer's client has a limit of its own, and the first try must not queue. */
const lanes = 256;

const undelivered = ({ message, retryAfterS }: PeerUnavailable): Delivery =>
  retryAfterS === undefined ? { delivered: false, error: message } : { delivered: false, error: message, retryAfterS };

const delivered: Delivery = { delivered: true };

/** Webhooks to the order service, signed by Standard Webhooks under the outbox row's id. `result`: the order is PAID by it. */
export function createWebhookDestination(deps: {
  orders: Pick<OrderClient, "deliver">;
  secrets: WebhookSecrets;
  timeoutMs: number;
}): Destination {
  return {
    concurrency: lanes,
    timeoutMs: deps.timeoutMs,
    async deliver({ id, payload }, context) {
      const body = payload as WebhookBody;
      const text = JSON.stringify(body);
      const timestampS = Math.floor(Date.now() / 1000);
      try {
        const headers = sign(deps.secrets.current(), { id, timestampS, body: text });
        return { delivered: true, result: await deps.orders.deliver(context, { body, text, headers }) };
      } catch (error) {
        if (error instanceof PeerUnavailable) return undelivered(error);
        if (!(error instanceof Problem)) throw error;
        // Nobody misses the failure of a payment for an order that is not there: it is told.
        if (error.status === 404 && body.type === "payment.failed") return delivered;
        return { delivered: false, error: `${error.status} ${error.code}` };
      }
    },
  };
}

/** How payments that wait ask again: every 2 s while the order service is away, and many share a call. */
export const asking = { concurrency: 64, delayS: () => 2 };

/**
 * Payments that wait because their order could not be asked. Each asks until it may be charged, its order refuses, or
 * it has waited for `patienceS`; then it is FAILED with the reason.
 */
export function createAskOrder(deps: {
  store: PaymentStore;
  charging: Charging;
  news: News;
  patienceS: number;
}): Destination["deliver"] {
  const { store, charging, news, patienceS } = deps;

  async function ask(payment: Payment, context: RequestContext): Promise<Delivery> {
    try {
      const failure = await charging.consentOf(payment, context);
      if (failure) return undelivered(failure);
      if (remaining(context) <= chargeableMs) return { delivered: false, error: "no time was left to charge" };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // Paid by this very payment: it was charged, and what we knew of it was lost with a store that was restored.
      if (error.members.payment_id === payment.id) return restore(payment, context);
      return end(payment, error.code, error.message);
    }
    const chargeable = await store.charge(payment.id, payment.amount, context);
    if (chargeable) news.later(await charging.charge(chargeable, context));
    return delivered;
  }

  async function restore(payment: Payment, context: RequestContext): Promise<Delivery> {
    const found = await store.charge(payment.id, payment.amount, context);
    if (found) news.later(await charging.resolve(found, context));
    return delivered;
  }

  async function end({ id }: Payment, code: string, detail: string): Promise<Delivery> {
    news.later(await store.abandon(id, { code, detail }));
    return delivered;
  }

  return async ({ aggregate }, context) => {
    const payment = await store.find(aggregate);
    if (payment?.status !== "PENDING") return delivered;
    if (Date.now() - payment.created_at < patienceS * 1000) return ask(payment, context);
    return end(payment, "order-unavailable", "The order service could not be asked in time.");
  };
}
