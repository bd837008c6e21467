import {
  type Currency,
  createBatcher,
  invalidRequest,
  type Metrics,
  type MinorUnits,
  maxMinorUnits,
  PeerUnavailable,
  Problem,
  type RequestContext,
} from "@shop/platform";
import type { CatalogClient, ProductNames } from "./catalog-client.ts";
import type { Effects } from "./effects.ts";
import { type Order, type OrderDetails, type OrderItem, totalOf } from "./order.ts";
import { type Placed, placedOrder } from "./order-events.ts";
import { createdAtOf, newOrderId } from "./order-id.ts";
import type { OrderStore } from "./order-store.ts";
import { holdSurplusMs } from "./payable.ts";

/** A line as the client asks for it: the price is an assertion, the catalog has the last word. */
export interface OrderLine {
  readonly product_id: number;
  readonly quantity: number;
  readonly price: MinorUnits;
}

interface NewOrder {
  readonly context: RequestContext;
  readonly id: string;
  readonly event: Placed;
}

const ordersAtOnce = 64;

/** Hold the stock at the asserted prices, then store the order; without the catalog, store it unverified. */
export function createPlaceOrder(deps: {
  store: OrderStore;
  catalog: CatalogClient;
  effects: Pick<Effects, "abandon">;
  failOpen: Metrics["failOpen"];
  unit: Currency;
  expiryMs: number;
}) {
  const { store, catalog, effects, failOpen, unit, expiryMs } = deps;

  const inserts = createBatcher<NewOrder, Order>({
    max: ordersAtOnce,
    gatherMs: 4,
    async run(placed) {
      const orders = placed.map(({ id, event }) => placedOrder(id, event, createdAtOf(id)));
      const events = placed.map(({ id, event }) => ({ order_id: id, seq: 1, event, at: createdAtOf(id) }));
      const deadline = Math.max(...placed.map(({ context }) => context.deadline));
      await store.inTransaction((store) => store.insert(orders, events), { deadline });
      return orders;
    },
  });

  /** Throws the catalog's refusal: 409 `price-changed`, `insufficient-stock`, `inactive-product`, 422 `unknown-product`. */
  return async function placeOrder(
    context: RequestContext,
    details: OrderDetails,
    lines: readonly OrderLine[],
  ): Promise<Order> {
    requireBoundedTotal(lines, unit);
    const id = newOrderId();
    const names = await holdUnlessAway(context, id, lines);
    const event: Placed = {
      type: "placed",
      data: {
        ...details,
        currency: unit.code,
        items: named(lines, names),
        verification: names ? "verified" : "pending",
        hold: names ? "held" : "none",
        expires_at: createdAtOf(id) + expiryMs,
      },
    };
    try {
      return await inserts.add({ context, id, event });
    } catch (error) {
      // When nobody knows whether the order was stored, the hold must stay for it.
      if (!(error instanceof Problem && error.members.outcome === "unknown")) effects.abandon(id);
      throw error;
    }
  };

  /** The products' names, or undefined when the catalog gave no answer: such an order is verified before it is charged. */
  async function holdUnlessAway(
    context: RequestContext,
    order_id: string,
    items: readonly OrderLine[],
  ): Promise<ProductNames | undefined> {
    try {
      return await catalog.hold(context, { order_id, items, ttl_s: Math.ceil((expiryMs + holdSurplusMs) / 1000) });
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      const { peer, operation, reason } = error;
      failOpen.labels(peer, operation).inc();
      const level = reason === "unauthorized" ? "error" : "warn";
      context.log[level]({ peer, operation, reason, order_id }, "an order was taken without the catalog's word");
      return undefined;
    }
  }
}

/** The lines as items, with the catalog's names where they are known. */
export const named = (lines: readonly OrderLine[], names: ProductNames | undefined): OrderItem[] =>
  lines.map(({ product_id, quantity, price }) => {
    const { sku = null, name = null } = names?.get(product_id) ?? {};
    return { product_id, sku, name, quantity, price };
  });

function requireBoundedTotal(lines: readonly OrderLine[], unit: Currency): void {
  if (totalOf(lines) <= maxMinorUnits) return;
  const detail = `the lines cost more together than an order may (${unit.toWire(maxMinorUnits)})`;
  throw invalidRequest([{ pointer: "/body", detail }]);
}
