import { type Currency, type MinorUnits, Problem } from "@shop/platform";
import type { Order } from "./order.ts";
import type { OrderEvent, PaymentNote } from "./order-events.ts";
import { amountMismatch } from "./payable.ts";

/** A payment as the payment service tells it: a snapshot, so the newest version holds all that was before. */
export interface PaymentSnapshot {
  readonly id: string;
  readonly order_id: string;
  readonly amount: MinorUnits;
  readonly currency: string;
  readonly status: string;
  readonly refunded: MinorUnits;
  readonly version: number;
}

export interface PaymentEvent {
  readonly type: "payment.succeeded" | "payment.failed" | "payment.refunded";
  readonly timestamp: string;
  readonly data: PaymentSnapshot;
}

/**
 * What a payment's news means for an order. Nothing, when a newer version was seen. An authentic payment for an order
 * that is dead, or paid by another, is noted and changes nothing here. Throws 422 `amount-mismatch`, or
 * `invalid-request` when the payment's state is not what the news says.
 */
export function eventsOfPayment(order: Order, news: PaymentEvent, unit: Currency): OrderEvent[] {
  const payment = news.data;
  if (!statusesOf[news.type].includes(payment.status)) throw contradiction(news);
  if (news.type === "payment.failed") return [{ type: "payment_failed", data: noteOf(payment) }];
  if (payment.amount !== order.total || payment.currency !== order.currency || payment.refunded > payment.amount)
    throw amountMismatch(order, unit.toWire);
  if (order.payment_id === payment.id) return refundOf(order, payment);
  if (order.status !== "PENDING") return [{ type: "payment_after_close", data: noteOf(payment) }];
  const { id: payment_id, amount, version } = payment;
  // A snapshot may be the first that we hear of a payment and tell of a refund at once: it is paid, then refunded.
  return [{ type: "paid", data: { payment_id, amount, version } }, ...refundEvents(payment)];
}

function refundOf(order: Order, payment: PaymentSnapshot): OrderEvent[] {
  if (payment.version <= order.payment_version || payment.refunded <= order.refunded) return [];
  return refundEvents(payment);
}

const refundEvents = ({ id, refunded, version }: PaymentSnapshot): OrderEvent[] =>
  refunded > 0 ? [{ type: "refunded", data: { payment_id: id, refunded, version } }] : [];

const noteOf = ({ id, version, status, amount, refunded }: PaymentSnapshot): PaymentNote => ({
  payment_id: id,
  version,
  status,
  amount,
  refunded,
});

/** The states in which a payment may be told of so; a later snapshot may tell of more than the news it came with. */
const statusesOf: Readonly<Record<PaymentEvent["type"], readonly string[]>> = {
  "payment.succeeded": ["SUCCEEDED", "PARTIALLY_REFUNDED", "REFUNDED"],
  "payment.failed": ["FAILED"],
  "payment.refunded": ["PARTIALLY_REFUNDED", "REFUNDED"],
};

const contradiction = ({ type, data }: PaymentEvent): Problem =>
  new Problem(422, "invalid-request", `A payment that is ${data.status} is no ${type}.`, {
    errors: [{ pointer: "/body/data/status", detail: `status must fit ${type}` }],
  });

/** 422: the message is about another order than the path; the message counts, because it is what gets signed. */
export const otherOrder = (): Problem =>
  new Problem(422, "invalid-request", "The payment is for another order than the path names.", {
    errors: [{ pointer: "/body/data/order_id", detail: "order_id must be the order in the path" }],
  });
