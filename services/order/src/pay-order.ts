import {
  type Currency,
  type MinorUnits,
  notFound,
  PeerUnavailable,
  Problem,
  type RequestContext,
  remaining,
} from "@shop/platform";
import type { CatalogClient, ProductNames } from "./catalog-client.ts";
import type { ChangeOrder } from "./change-order.ts";
import type { Order } from "./order.ts";
import type { OrderEvent } from "./order-events.ts";
import type { OrderStore } from "./order-store.ts";
import {
  amountMismatch,
  holdSurplusMs,
  missingForPayment,
  notPayable,
  payableUntil,
  requirePayable,
} from "./payable.ts";
import { eventsOfPayment, otherOrder, type PaymentEvent } from "./payment-event.ts";
import { named } from "./place-order.ts";

interface Asked {
  readonly order_id: string;
  readonly amount: MinorUnits;
}

/** The catalog holds stock no longer than this. */
const longestHoldS = 7200;

/** Before a charge and after it: what the payment service asks and tells. */
export function createPayOrder(deps: {
  store: OrderStore;
  change: ChangeOrder;
  catalog: CatalogClient;
  unit: Currency;
}) {
  const { store, change, catalog, unit } = deps;

  /** The order stands when this is answered; a cancel that comes later wins, and the payment is noted as late. */
  async function payable(context: RequestContext, id: string, amount: MinorUnits): Promise<Order> {
    const order = await store.read(id);
    if (!order) throw notFound("order");
    const now = Date.now();
    requirePayable(order, now);
    if (amount !== order.total) throw amountMismatch(order, unit.toWire);
    return missingForPayment(order, now) === undefined ? order : secure(context, order, now);
  }

  /** Unit, call, unit: the hold is asked for outside of both, under the order's id, so that it may be repeated. */
  async function secure(context: RequestContext, order: Order, now: number): Promise<Order> {
    const expires_at = payableUntil(order, now);
    const ttl_s = Math.min(longestHoldS, Math.ceil((expires_at + holdSurplusMs - now) / 1000));
    let names: ProductNames;
    try {
      names = await catalog.hold(context, { order_id: order.id, items: order.items, ttl_s });
    } catch (error) {
      if (error instanceof PeerUnavailable) throw cannotVerify(error);
      if (error instanceof Problem && error.status < 500) throw await reject(context, order, now, error);
      throw error;
    }
    return change(context, order.id, (latest) => {
      requirePayable(latest, now);
      return eventsOfHold(latest, names, expires_at);
    });
  }

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

  /** Each as if it were asked alone; but as all of them wait for the slowest, the catalog gets a third of the time. */
  function payables(context: RequestContext, asked: readonly Asked[]): Promise<PromiseSettledResult<Order>[]> {
    const shared = { ...context, deadline: performance.now() + remaining(context) / 3 };
    return Promise.allSettled(asked.map(({ order_id, amount }) => payable(shared, order_id, amount)));
  }

  return {
    payable,
    payables,
    /** Answers with the order, changed or not: an authentic payment is never refused for the order's state. */
    async payment(context: RequestContext, id: string, news: PaymentEvent): Promise<Order> {
      if (news.data.order_id !== id) throw otherOrder();
      return change(context, id, (order) => eventsOfPayment(order, news, unit));
    },
  };
}

/** The refusals that a payment passes on to its client; others mean only that the order cannot be paid. */
const toldAsTheyAre = new Set(["price-changed", "insufficient-stock"]);

function eventsOfHold(order: Order, names: ProductNames, expires_at: number): OrderEvent[] {
  if (order.verification === "pending")
    return [{ type: "verified", data: { items: named(order.items, names), expires_at } }];
  return order.expires_at < expires_at ? [{ type: "hold_extended", data: { expires_at } }] : [];
}

function cannotVerify({ peer, retryAfterS = 2 }: PeerUnavailable): Problem {
  const detail = "The catalog cannot be asked now whether this order may be charged. Try again shortly.";
  return new Problem(503, "peer-unavailable", detail, { peer }, { "Retry-After": String(retryAfterS) });
}
