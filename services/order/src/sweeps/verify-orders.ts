import { PeerUnavailable, Problem, type RequestContext, type Sweep } from "@shop/platform";
import { isRefusal } from "../catalog-client.ts";
import type { Order } from "../order.ts";
import type { OrderStore } from "../order-store.ts";
import type { SecureOrder } from "../secure-order.ts";
import { within } from "./within.ts";

const atMost = 500;
/** As many as share one call to the catalog. */
const atOnce = 64;

/**
 * Asks the catalog about orders that were taken without it: it agrees and holds their stock, or they are cancelled with
 * its reason. Those that are past their time are left to expire.
 */
export function createVerifyOrders(deps: { store: OrderStore; secure: SecureOrder; timeoutMs: number }): Sweep {
  const { store, secure, timeoutMs } = deps;
  /** Where the next run begins, so that orders which cannot be verified hold up no others. */
  let after = "";

  return {
    name: "verify-orders",
    async run(context) {
      const now = Date.now();
      const ids = await store.unverified(after, atMost);
      after = ids.length < atMost ? "" : (ids.at(-1) ?? "");
      const orders = [...(await store.readMany(ids)).values()].filter(({ expires_at }) => expires_at > now);
      let mended = 0;
      for (let start = 0; start < orders.length; start += atOnce) {
        const verified = await verifyAll(within(context, timeoutMs), orders.slice(start, start + atOnce), now);
        mended += verified;
        // The catalog is away still.
        if (verified === 0) break;
      }
      return { found: ids.length, mended };
    },
  };

  /** How many of them the catalog gave its word on, be it a refusal. */
  async function verifyAll(context: RequestContext, orders: readonly Order[], now: number): Promise<number> {
    const asked = orders.map((order) => secure(context, order, { now, expires_at: order.expires_at }));
    const settled = await Promise.allSettled(asked);
    let answered = 0;
    for (const result of settled) {
      if (result.status === "fulfilled" || isRefusal(result.reason)) answered += 1;
      else if (!(result.reason instanceof PeerUnavailable || result.reason instanceof Problem)) throw result.reason;
    }
    return answered;
  }
}
