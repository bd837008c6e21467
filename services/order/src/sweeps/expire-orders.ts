import { Problem, remaining, type Sweep } from "@shop/platform";
import type { ChangeOrder } from "../change-order.ts";
import type { Order } from "../order.ts";
import type { OrderEvent } from "../order-events.ts";
import type { OrderStore } from "../order-store.ts";
import { type PaymentWalk, soonS } from "./payment-walk.ts";

const atOnce = 500;

/**
 * Ends orders that were not paid in time; their stock is released. Begins some time after a start, and not before by
 * hand, so that payments which waited for this service arrive first; and not before the payments were heard out, for an
 * order restored from an older copy may be paid.
 */
export function createExpireOrders(deps: {
  store: Pick<OrderStore, "due">;
  change: ChangeOrder;
  walk: Pick<PaymentWalk, "isHeardOut">;
  startAfterS: number;
  everyS: number;
}): Sweep {
  const { store, change, walk, startAfterS, everyS } = deps;
  return {
    name: "expire-orders",
    startAfterS,
    get everyS() {
      return walk.isHeardOut() ? everyS : Math.min(everyS, soonS);
    },
    onlyWhenDue: true,
    async run(context) {
      if (!walk.isHeardOut())
        return { found: 0, mended: 0, notes: ["waits until all payments were compared with their orders"] };
      let found = 0;
      let mended = 0;
      let refused = 0;
      while (remaining(context) > 0) {
        const now = Date.now();
        const ids = await store.due(now, atOnce);
        const settled = await Promise.allSettled(ids.map((id) => change(context, id, (order) => expiry(order, now))));
        const expired = settled.filter((each) => each.status === "fulfilled" && each.value.status === "EXPIRED").length;
        const failed = settled.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
        for (const error of failed) if (!(error instanceof Problem)) throw error;
        found += ids.length;
        mended += expired;
        refused = failed.length;
        if (ids.length < atOnce || expired === 0 || refused > 0) break;
      }
      return { found, mended, ...(refused > 0 ? { notes: [`${refused} could not be ended now`] } : {}) };
    },
  };
}

/** It may have been paid, cancelled or given more time since it was found. */
const expiry = (order: Order, now: number): OrderEvent[] =>
  order.status === "PENDING" && order.expires_at <= now
    ? [{ type: "expired", data: { reason: "Not paid in time." } }]
    : [];
