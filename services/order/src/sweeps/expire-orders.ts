import { remaining, type Sweep } from "@shop/platform";
import type { ChangeOrder } from "../change-order.ts";
import type { Order } from "../order.ts";
import type { OrderEvent } from "../order-events.ts";
import type { OrderStore } from "../order-store.ts";

const atOnce = 500;

/**
 * Ends orders that were not paid in time; their stock is released. Begins some time after a start, and not before by
 * hand, so that payments which waited for this service arrive first.
 */
export function createExpireOrders(deps: { store: OrderStore; change: ChangeOrder; startAfterS: number }): Sweep {
  const { store, change, startAfterS } = deps;
  return {
    name: "expire-orders",
    startAfterS,
    onlyWhenDue: true,
    async run(context) {
      let found = 0;
      let mended = 0;
      while (remaining(context) > 0) {
        const now = Date.now();
        const ids = await store.due(now, atOnce);
        const orders = await Promise.all(ids.map((id) => change(context, id, (order) => expiry(order, now))));
        const expired = orders.filter(({ status }) => status === "EXPIRED").length;
        found += ids.length;
        mended += expired;
        if (ids.length < atOnce || expired === 0) break;
      }
      return { found, mended };
    },
  };
}

/** It may have been paid, cancelled or given more time since it was found. */
const expiry = (order: Order, now: number): OrderEvent[] =>
  order.status === "PENDING" && order.expires_at <= now
    ? [{ type: "expired", data: { reason: "Not paid in time." } }]
    : [];
