import { Problem, type RequestContext } from "@shop/platform";
import type { CatalogClient } from "./catalog-client.ts";
import type { OrderStore } from "./order-store.ts";
import { holdSurplusMs } from "./payable.ts";

export type ConfirmHold = ReturnType<typeof createConfirmHold>;

/** Has the catalog take the stock of a paid order for good. May be repeated. */
export function createConfirmHold({ store, catalog }: { store: OrderStore; catalog: CatalogClient }) {
  /**
   * `anew`: a catalog that was restored did not know the hold any more, and still had the stock at the price that was
   * paid. Throws PeerUnavailable, or the Problem with which the catalog refuses.
   */
  return async function confirmHold(context: RequestContext, order_id: string): Promise<"as-held" | "anew"> {
    try {
      await catalog.confirm(context, order_id);
      return "as-held";
    } catch (refusal) {
      const order = refusal instanceof Problem && refusal.status === 404 ? await store.read(order_id) : undefined;
      if (!order) throw refusal;
      await catalog.hold(context, { order_id, items: order.items, ttl_s: holdSurplusMs / 1000 });
      await catalog.confirm(context, order_id);
      return "anew";
    }
  };
}
