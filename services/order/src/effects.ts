import {
  type Delivery,
  type Destination,
  type OutboxRow,
  PeerUnavailable,
  Problem,
  type RequestContext,
} from "@shop/platform";
import { type CatalogClient, isRefusal } from "./catalog-client.ts";
import type { ChangeOrder } from "./change-order.ts";
import type { Command } from "./commands.ts";
import type { ConfirmHold } from "./confirm-hold.ts";
import { type HoldEventType, holdMayMove, type Order } from "./order.ts";
import type { OrderEvent } from "./order-events.ts";
import type { PaymentClient } from "./payment-client.ts";

/** As many as share one call to the catalog, and as many again that wait for the next. */
const catalogAtOnce = 128;

const delivered: Delivery = { delivered: true };

/**
 * Where the outbox takes what orders oblige us to tell others, and what orders learn from it. Everything here may be
 * delivered again: the others know a repetition, and an outcome that an order has learnt already is no event.
 */
export function createDestinations(deps: {
  catalog: CatalogClient;
  confirmHold: ConfirmHold;
  payments: PaymentClient;
  change: ChangeOrder;
  timeoutMs: number;
}): Record<"catalog" | "payment", Destination> {
  const { catalog, confirmHold, payments, change, timeoutMs } = deps;

  async function toCatalog({ type, aggregate: order_id }: OutboxRow, context: RequestContext): Promise<Delivery> {
    if (type === "confirm") await confirm(context, order_id);
    else await giveBack(context, order_id, type as "release" | "return");
    return delivered;
  }

  async function confirm(context: RequestContext, order_id: string): Promise<void> {
    try {
      await confirmHold(context, order_id);
    } catch (refusal) {
      if (!isRefusal(refusal)) throw refusal;
      const reason = `${refusal.code}: ${refusal.message}`;
      await change(context, order_id, (order) => eventsOfLostStock(order, reason));
      return;
    }
    await change(context, order_id, (order) => following(order, "hold_confirmed"));
  }

  async function giveBack(context: RequestContext, order_id: string, how: "release" | "return"): Promise<void> {
    const state = await catalog[how](context, order_id);
    await change(context, order_id, (order) =>
      // What we know to be taken cannot have been released: a restored catalog forgot that it was.
      following(order, state === "RETURNED" || order.hold === "confirmed" ? "hold_returned" : "hold_released"),
    );
  }

  async function toPayment({ payload }: OutboxRow, context: RequestContext): Promise<Delivery> {
    const refund = payload as Omit<Extract<Command, { type: "refund" }>, "type" | "order_id">;
    switch (await payments.refund(context, refund)) {
      case "done":
        return delivered;
      case "under-way":
        return { delivered: false, error: "the refund is under way at the provider" };
      case "failed":
        return { delivered: false, error: "the provider refused the refund", dead: true };
    }
  }

  return {
    catalog: { deliver: told(toCatalog), timeoutMs, concurrency: catalogAtOnce },
    payment: { deliver: told(toPayment), timeoutMs },
  };
}

const following = (order: Order, type: HoldEventType): OrderEvent[] =>
  holdMayMove(order, type) ? [{ type, data: {} }] : [];

/** Paid, and nothing there to send: the money goes back. When that is under way already, only the hold is over. */
function eventsOfLostStock(order: Order, reason: string): OrderEvent[] {
  if (order.status !== "PAID" || order.payment_id === null) return following(order, "hold_released");
  return holdMayMove(order, "hold_released")
    ? [{ type: "stock_gone", data: { payment_id: order.payment_id, reason } }]
    : [];
}

/** A peer that is away, and a store that is busy, are reasons to come again. */
const told =
  (deliver: Destination["deliver"]): Destination["deliver"] =>
  async (row, context) => {
    try {
      return await deliver(row, context);
    } catch (error) {
      if (error instanceof PeerUnavailable)
        return {
          delivered: false,
          error: error.message,
          ...(error.retryAfterS === undefined ? {} : { retryAfterS: error.retryAfterS }),
        };
      if (error instanceof Problem) return { delivered: false, error: `${error.code}: ${error.message}` };
      throw error;
    }
  };
