import { type MinorUnits, Problem } from "@shop/platform";
import type { Order } from "./order.ts";

/** How long an order that is about to be charged must at least stay payable, and its stock held. */
export const paymentWindowMs = 15 * 60_000;
/** How much longer than the order the catalog holds its stock: we decide on expiry, the catalog's is a backstop. */
export const holdSurplusMs = 15 * 60_000;

/** Throws 409 `order-already-paid` or `order-not-payable` unless the order may be charged now. */
export function requirePayable(order: Order, now: number): void {
  const { status, reason } = order;
  if (status === "PAID" || status === "FULFILLED")
    throw new Problem(409, "order-already-paid", "This order is paid; do not charge it.", {
      order_status: status,
      payment_id: order.payment_id,
    });
  if (status !== "PENDING")
    throw notPayable(`This order is ${status}; place a new one.`, { order_status: status, reason });
  if (order.expires_at <= now)
    throw notPayable("The time to pay this order is over; place a new one.", { order_status: status });
}

export const notPayable = (detail: string, members: Record<string, unknown>): Problem =>
  new Problem(409, "order-not-payable", detail, members);

/** 422: the amount offered, or captured, is not the order's. */
export const amountMismatch = (order: Order, show: (amount: MinorUnits) => number): Problem =>
  new Problem(422, "amount-mismatch", `The amount must be the order's total, ${show(order.total)} ${order.currency}.`, {
    total: show(order.total),
    currency: order.currency,
  });

/** What is missing before the order may be charged: the catalog's word on prices and stock, a longer hold, or nothing. */
export function missingForPayment(order: Order, now: number): "verification" | "time" | undefined {
  if (order.verification === "pending") return "verification";
  return order.expires_at - now < paymentWindowMs ? "time" : undefined;
}

/** Until when the order must be payable, given that it is about to be charged. */
export const payableUntil = (order: Order, now: number): number => Math.max(order.expires_at, now + paymentWindowMs);
