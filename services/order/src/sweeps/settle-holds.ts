import { type RequestContext, remaining, type Sweep } from "@shop/platform";
import type { CatalogClient } from "../catalog-client.ts";
import type { OrderStore } from "../order-store.ts";
import type { Remind } from "./remind.ts";
import { within } from "./within.ts";

/**
 * Long enough that an order is stored by then, or never will be: 20 s after the first try the last repetition may begin
 * under its id (../place-order.ts), and a request has 25 s at most.
 */
const olderThanS = 60;

/**
 * Compares the holds at the catalog with the orders that they are for: the hold of an order that was never stored is
 * released, that of a dead one as well, and that of a paid one is confirmed.
 */
export function createSettleHolds(deps: {
  store: OrderStore;
  catalog: CatalogClient;
  remind: Remind;
  timeoutMs: number;
}): Sweep {
  const { store, catalog, remind, timeoutMs } = deps;
  /** Where the next run goes on, when one had not the time for all. */
  let cursor: string | undefined;

  return {
    name: "settle-holds",
    async run(context) {
      let found = 0;
      let mended = 0;
      while (remaining(context) > timeoutMs) {
        const { order_ids, next } = await catalog.held(within(context, timeoutMs), { olderThanS, cursor });
        const settled = await settle(context, order_ids);
        found += settled.found;
        mended += settled.mended;
        cursor = next;
        if (next === undefined) break;
      }
      return { found, mended };
    },
  };

  async function settle(context: RequestContext, ids: readonly string[]) {
    const orders = await store.readMany(ids);
    const orphans = ids.filter((id) => !orders.has(id));
    const closed = [...orders.values()].filter(({ status }) => status !== "PENDING").map(({ id }) => id);
    const shared = within(context, timeoutMs);
    const released = await Promise.allSettled(orphans.map((id) => catalog.release(shared, id)));
    const reminded = await remind(closed, { held: true, deadline: context.deadline });
    const mended = released.filter(({ status }) => status === "fulfilled").length + reminded;
    return { found: orphans.length + closed.length, mended };
  }
}
