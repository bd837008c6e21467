import type { RequestContext } from "@shop/platform";
import {
  type Currency,
  instant,
  notFound,
  type Peer,
  type PeerAnswer,
  PeerUnavailable,
  Problem,
  uuid,
} from "@shop/platform";
import joi from "joi";
import type { Payment, PaymentEvent } from "./payment.ts";
import { presentPayment } from "./presenters.ts";

export type OrderClient = ReturnType<typeof createOrderClient>;

interface PayableAnswer {
  readonly total: number;
}
interface OrderAnswer {
  readonly status: string;
  readonly payment_id: string | null;
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

/** The order service as payments see it. Every method throws PeerUnavailable when it gives no usable answer. */
export function createOrderClient(peer: Peer, unit: Currency) {
  const payableAnswer = joi.object({
    order_id: uuid().required(),
    status: joi.string().required(),
    total: joi.number().required(),
    currency: joi.valid(unit.code).required(),
    expires_at: instant().required(),
  });
  const orderAnswer = joi.object({
    status: joi.string().required(),
    payment_id: joi.string().allow(null).required(),
  });

  return {
    /**
     * Resolves when the order stands ready to be paid this amount: its prices verified, its stock held for long enough.
     * Throws the order service's refusal as a Problem: 404, 409 or 422.
     */
    async payable(context: RequestContext, payment: Payment): Promise<void> {
      const operation = "payable";
      const amount = unit.toWire(payment.amount);
      const answer = await peer.call(context, {
        operation,
        method: "POST",
        path: `/orders/${payment.order_id}/payable`,
        body: { payment_id: payment.id, amount },
        idempotent: true,
        answers: { 200: payableAnswer },
      });
      if (answer.status !== 200) throw refusalOf(answer) ?? unexpected(peer, operation, answer);
      const { total } = answer.body as PayableAnswer;
      if (total !== amount) throw unexpected(peer, operation, answer);
    },

    /** Tells the order of a payment's change; answers whether the order is PAID by that payment. */
    async tell(context: RequestContext, { type, payment }: PaymentEvent): Promise<boolean> {
      const operation = "payment-event";
      const answer = await peer.call(context, {
        operation,
        method: "POST",
        path: `/orders/${payment.order_id}/payment`,
        body: {
          type,
          timestamp: new Date(payment.updated_at).toISOString(),
          data: presentPayment(payment, unit),
        },
        answers: { 200: orderAnswer },
      });
      if (answer.status !== 200) throw unexpected(peer, operation, answer);
      const { status, payment_id } = answer.body as OrderAnswer;
      return status === "PAID" && payment_id === payment.id;
    },
  };
}

function refusalOf({ status, body }: PeerAnswer): Problem | undefined {
  const {
    type: _,
    title: __,
    status: ___,
    request_id: ____,
    code,
    detail,
    ...members
  } = body as Record<string, unknown>;
  if (status === 404) return notFound("order");
  if (typeof code !== "string" || !refusals.has(code)) return undefined;
  return new Problem(status, code, typeof detail === "string" ? detail : "The order cannot be paid.", members);
}

/** An answer that is well-formed and makes no sense here: as good as none. */
function unexpected(peer: Peer, operation: string, { status, body }: PeerAnswer): PeerUnavailable {
  const { code } = body as { code?: unknown };
  const detail = typeof code === "string" ? `${status} ${code}` : `${status} unexpected`;
  return new PeerUnavailable(peer.name, operation, { reason: "garbage", detail, retryAfterS: undefined });
}
