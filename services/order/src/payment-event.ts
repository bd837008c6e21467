import { type Currency, invalidRequest, type MinorUnits, type Problem } from "@shop/platform";
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
 * What a payment's news means for an order; nothing, when this version or a newer one was seen. A captured payment is
 * never lost: one for an order that is dead or paid by another, or of another amount, is noted, and so refunded.
 * Throws 422 `amount-mismatch` when the payment that paid the order has another amount than it had.
 */
export function eventsOfPayment(order: Order, { data: payment }: PaymentEvent, unit: Currency): OrderEvent[] {
  const sameMoney = payment.amount === order.total && payment.currency === order.currency;
  if (order.payment_id === payment.id) {
    if (!sameMoney) throw amountMismatch(order, unit.toWire);
    return refundOf(order, payment);
  }
  if (payment.version <= (order.noted[payment.id] ?? 0)) return [];
  if (payment.status === "FAILED") return [{ type: "payment_failed", data: noteOf(payment) }];
  if (!sameMoney) return [{ type: "payment_mismatch", data: noteOf(payment) }];
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

/**
 * Throws 422 `invalid-request` for news that contradicts itself, or is about another order than the path names: the
 * message counts, because it is what is signed.
 */
export function requireConsistent(order_id: string, { type, data }: PaymentEvent): void {
  if (data.order_id !== order_id) throw inconsistent("order_id", "order_id must be the order in the path");
  if (!statusesOf[type].includes(data.status)) throw inconsistent("status", `status must fit ${type}`);
  if (data.refunded > data.amount) throw inconsistent("refunded", "refunded must not be more than the amount");
}

const inconsistent = (field: string, detail: string): Problem =>
  invalidRequest([{ pointer: `/body/data/${field}`, detail }]);
