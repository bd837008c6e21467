import { type PeerUnavailable, Problem, type RequestContext } from "@shop/platform";
import type { CatalogClient, ProductNames } from "./catalog-client.ts";
import type { ChangeOrder } from "./change-order.ts";
import type { Order } from "./order.ts";
import type { OrderEvent } from "./order-events.ts";
import { holdSurplusMs, notPayable, requirePayable } from "./payable.ts";
import { named } from "./place-order.ts";

export type SecureOrder = ReturnType<typeof createSecureOrder>;

/** The catalog holds stock no longer than this. */
const longestHoldS = 7200;

/**
 * Has the catalog agree to an unpaid order's prices and hold its stock until after `expires_at`. Unit, call, unit: the
 * hold is asked for outside of both, under the order's id, so that it may be repeated.
 */
export function createSecureOrder(deps: { change: ChangeOrder; catalog: CatalogClient }) {
  const { change, catalog } = deps;

  /** Cancels an order that the catalog will not serve, unless it changed meanwhile. Returns what the asker is told. */
  async function reject(context: RequestContext, seen: Order, now: number, refusal: Problem): Promise<Problem> {
    const reason = `${refusal.code}: ${refusal.message}`;
    const { status } = await change(context, seen.id, (latest) => {
      requirePayable(latest, now);
      return latest.seq === seen.seq ? [{ type: "cancelled", data: { reason, verification: "rejected" } }] : [];
    });
    if (toldAsTheyAre.has(refusal.code)) return refusal;
    return notPayable("The catalog refuses this order; place a new one.", { order_status: status, reason });
  }

  /**
   * The order as it then is. Throws PeerUnavailable; 409 `price-changed`, `insufficient-stock`, `order-not-payable` for
   * an order that the catalog refuses, and that is cancelled for it.
   */
  return async function secure(
    context: RequestContext,
    order: Order,
    { now, expires_at }: { now: number; expires_at: number },
  ): Promise<Order> {
    const ttl_s = Math.min(longestHoldS, Math.ceil((expires_at + holdSurplusMs - now) / 1000));
    let names: ProductNames;
    try {
      names = await catalog.hold(context, { order_id: order.id, items: order.items, ttl_s });
    } catch (error) {
      if (error instanceof Problem && error.status < 500) throw await reject(context, order, now, error);
      throw error;
    }
    return change(context, order.id, (latest) => {
      requirePayable(latest, now);
      return eventsOfHold(latest, names, expires_at);
    });
  };
}

/** The refusals that a payment passes on to its client; others mean only that the order cannot be paid. */
const toldAsTheyAre = new Set(["price-changed", "insufficient-stock"]);

function eventsOfHold(order: Order, names: ProductNames, expires_at: number): OrderEvent[] {
  if (order.verification === "pending")
    return [{ type: "verified", data: { items: named(order.items, names), expires_at } }];
  return order.expires_at < expires_at ? [{ type: "hold_extended", data: { expires_at } }] : [];
}

/** 503 for the asker when the catalog cannot say now. */
export function cannotVerify({ peer, retryAfterS = 2 }: PeerUnavailable): Problem {
  const detail = "The catalog cannot be asked now whether this order may be charged. Try again shortly.";
  return new Problem(503, "peer-unavailable", detail, { peer }, { "Retry-After": String(retryAfterS) });
}
