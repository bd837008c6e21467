import type { Message } from "@shop/platform";
import type { Order } from "./order.ts";
import type { OrderEvent, PaymentNote } from "./order-events.ts";

/** Why an order's payment is given back. */
export type RefundReason = "stock-gone" | "late-payment" | "amount-mismatch";

/** What others must be told about an order: the catalog about its stock, the payment service about money to give back. */
export type Command =
  | { readonly type: "confirm" | "release" | "return"; readonly order_id: string }
  | { readonly type: "refund"; readonly order_id: string; readonly payment_id: string; readonly reason: RefundReason };

/** What an event obliges us to tell others. `before` is the order that it happened to. */
export function commandsOf(before: Order, event: OrderEvent): Command[] {
  const order_id = before.id;
  switch (event.type) {
    case "paid":
      return [{ type: "confirm", order_id }];
    case "cancelled":
    case "expired":
      // Also without a hold that we know of: one asked for may still arrive there, and a release bars it.
      return [{ type: "release", order_id }];
    case "refunded":
      return before.status === "PAID" && before.hold !== "released" && event.data.refunded === before.total
        ? [{ type: "return", order_id }]
        : [];
    case "stock_gone":
      return [{ type: "refund", order_id, payment_id: event.data.payment_id, reason: "stock-gone" }];
    case "payment_mismatch":
      return refundOfNoted(order_id, event.data, "amount-mismatch");
    case "payment_after_close":
      return refundOfNoted(order_id, event.data, "late-payment");
    default:
      return [];
  }
}

/** At every note that leaves money to give back: a refund asks for all that is left, so that many are one. */
function refundOfNoted(order_id: string, note: PaymentNote, reason: RefundReason): Command[] {
  if (note.refunded >= note.amount) return [];
  return [{ type: "refund", order_id, payment_id: note.payment_id, reason }];
}

/**
 * What others must still be told of an order, judged by its state alone: for a reconciler, when a restored store lacks
 * the command. `held`: the catalog says that it holds stock for it, whatever we have heard.
 */
export function commandOwed({ id: order_id, status, hold, payment_id }: Order, held: boolean): Command | undefined {
  const open = held || hold === "none" || hold === "held";
  switch (status) {
    case "PENDING":
      return undefined;
    case "PAID":
      if (hold === "released" && payment_id !== null)
        return { type: "refund", order_id, payment_id, reason: "stock-gone" };
      return open ? { type: "confirm", order_id } : undefined;
    case "FULFILLED":
      return held ? { type: "confirm", order_id } : undefined;
    case "CANCELLED":
    case "EXPIRED":
      return open ? { type: "release", order_id } : undefined;
    case "REFUNDED":
      return open ? { type: "return", order_id } : undefined;
  }
}

/** The command as it waits in the outbox: those about one order reach each destination in their order. */
export function messageOf(command: Command): Message {
  const { type, order_id, ...rest } = command;
  const destination = type === "refund" ? "payment" : "catalog";
  return { destination, aggregate: order_id, type, payload: rest };
}
