import {
  type Currency,
  createTogether,
  instant,
  notFound,
  type Peer,
  PeerUnavailable,
  Problem,
  type RequestContext,
  type TogetherEntry,
  uuid,
  type WebhookHeaders,
} from "@shop/platform";
import joi from "joi";
import type { WebhookBody } from "./messages.ts";
import type { Payment } from "./payment.ts";

export type OrderClient = ReturnType<typeof createOrderClient>;

interface PayableAsked {
  readonly order_id: string;
  readonly payment_id: string;
  readonly amount: number;
}
interface PayableEntry extends TogetherEntry {
  readonly payable?: { readonly total: number; readonly currency: string };
}
/** A webhook inside of a request: what would be its headers, and the bytes of its body as text. */
type EnclosedWebhook = WebhookHeaders & { readonly body: string };
interface WebhookEntry extends TogetherEntry {
  readonly order?: { readonly status: string; readonly payment_id: string | null };
}

/** A webhook as it goes out: `headers` sign `text`, which is `body` in JSON. */
export interface Webhook {
  readonly body: WebhookBody;
  readonly text: string;
  readonly headers: WebhookHeaders;
}

/** The order service's refusals that are the payer's to know. Another one means that we asked wrongly. */
const refusals = new Set([
  "order-already-paid",
  "order-not-payable",
  "amount-mismatch",
  "price-changed",
  "insufficient-stock",
  "inactive-product",
  "unknown-product",
]);

/** The order service takes at most so many in one call. */
const ordersAtOnce = 64;
/** Characters of webhooks in one call: it stays below the 256 KiB that a service reads, also with all quotes escaped. */
const textAtOnce = 100_000;

/** The order service as payments see it. Every method throws PeerUnavailable when it gives no usable answer. */
export function createOrderClient(peer: Peer, unit: Currency) {
  const payable = joi.object({
    order_id: uuid().required(),
    status: joi.string().required(),
    total: joi.number().required(),
    currency: joi.string().required(),
    expires_at: instant().required(),
  });
  const payables = createTogether<PayableAsked, PayableEntry>({
    peer,
    operation: "payable",
    path: "/orders/payable",
    key: "order_id",
    max: ordersAtOnce,
    concurrency: 2,
    gatherMs: 3,
    entry: joi.object({ payable }).xor("payable", "problem"),
    bodyOf: (asked) => ({ payables: asked }),
  });

  const orderAnswer = joi.object({
    status: joi.string().required(),
    payment_id: joi.string().allow(null).required(),
  });
  const webhooks = createTogether<EnclosedWebhook, WebhookEntry>({
    peer,
    operation: "payment-events",
    path: "/orders/payments",
    key: "webhook-id",
    max: ordersAtOnce,
    concurrency: 2,
    gatherMs: 3,
    entry: joi.object({ order: orderAnswer }).xor("order", "problem"),
    weight: { of: ({ body }) => body.length, max: textAtOnce },
    bodyOf: (asked) => ({ webhooks: asked }),
  });

  /** An answer that is well-formed and makes no sense here is as good as none. */
  const unexpected = (operation: string, detail: string) =>
    new PeerUnavailable(peer.name, operation, { reason: "garbage", detail });

  function passOnRefusal(error: unknown): never {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 404) throw notFound("order");
    throw refusals.has(error.code) ? error : unexpected("payable", `${error.status} ${error.code}`);
  }

  return {
    /**
     * Resolves when the order stands ready to be paid this amount: its prices verified, its stock held for long enough.
     * Throws the order service's refusal as a Problem: 404, 409 or 422.
     */
    async payable(context: RequestContext, payment: Payment): Promise<void> {
      const amount = unit.toWire(payment.amount);
      const asked = { order_id: payment.order_id, payment_id: payment.id, amount };
      const { payable } = await payables.ask(context, asked).catch(passOnRefusal);
      if (payable?.total === amount && payable.currency === unit.code) return;
      throw unexpected("payable", "consent to another amount");
    },

    /**
     * Delivers a webhook; answers whether the order is PAID by its payment. Throws the order service's refusal as a
     * Problem: it will not take this message, now or later.
     */
    async deliver(context: RequestContext, { body, text, headers }: Webhook): Promise<boolean> {
      // The receiver knows a repetition by its id, so that the call may be repeated as a whole.
      const { order } = await webhooks.ask(context, { ...headers, body: text });
      return order?.status === "PAID" && order.payment_id === body.data.id;
    },
  };
}
