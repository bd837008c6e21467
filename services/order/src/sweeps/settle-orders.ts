import type { Sweep } from "@shop/platform";
import type { OrderStore } from "../order-store.ts";
import type { Remind } from "./remind.ts";

const atMost = 500;
/** What changed just now is on its way. */
const graceMs = 30_000;

/** Finds orders whose stock is not settled as their state wants it, and of which nobody is to be told any more. */
export function createSettleOrders({ store, remind }: { store: OrderStore; remind: Remind }): Sweep {
  return {
    name: "settle-orders",
    async run({ deadline }) {
      const ids = await store.unsettled(Date.now() - graceMs, atMost);
      return { found: ids.length, mended: await remind(ids, { held: false, deadline }) };
    },
  };
}
