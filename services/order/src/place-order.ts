import {
  type Answer,
  type Background,
  backgroundContext,
  type Currency,
  createBatcher,
  failOpen,
  invalidRequest,
  keepAnswers,
  type Metrics,
  type MinorUnits,
  maxMinorUnits,
  overloaded,
  PeerUnavailable,
  Problem,
  type RequestContext,
  remaining,
} from "@shop/platform";
import type { CatalogClient, ProductNames } from "./catalog-client.ts";
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
const giveUpMs = 5000;

/**
 * A repetition is placed under the id of the first try, so that it finds that try's hold. Not after so long: an order's
 * age is read from its id, and a hold without an order is given up some time later (sweeps/settle-holds.ts).
 */
const sameIdForMs = 20_000;

/** Hold the stock at the asserted prices, then store the order; without the catalog, store it unverified. */
export function createPlaceOrder(deps: {
  store: OrderStore;
  catalog: CatalogClient;
  background: Background;
  metrics: Pick<Metrics, "failOpen">;
  unit: Currency;
  expiryMs: number;
  /** What the asker is answered: kept with the order when it came with an Idempotency-Key. */
  reply: (order: Order) => Answer;
}) {
  const { store, catalog, background, metrics, unit, expiryMs, reply } = deps;

  const inserts = createBatcher<NewOrder, Order>({
    max: ordersAtOnce,
    gatherMs: 4,
    async run(placed) {
      const inTime = placed.filter(({ context }) => remaining(context) > 0);
      const stored = new Map(inTime.map((each) => [each, placedOrder(each.id, each.event, createdAtOf(each.id))]));
      if (inTime.length > 0) await insert(stored);
      return placed.map(
        (each) => stored.get(each) ?? overloaded("The time for this request was up; nothing was done."),
      );
    },
  });

  function insert(placed: ReadonlyMap<NewOrder, Order>): Promise<void> {
    const events = [...placed].map(([{ id, event }, { created_at }]) => ({
      order_id: id,
      seq: 1,
      event,
      at: created_at,
    }));
    const answered = [...placed].flatMap(
      ([
        {
          context: { claim },
        },
        order,
      ]) => (claim ? [{ claim, answer: reply(order) }] : []),
    );
    const deadline = Math.max(...[...placed.keys()].map(({ context }) => context.deadline));
    return store.inTransaction(
      async (store) => {
        await store.insert([...placed.values()], events);
        await keepAnswers(store.trx, answered);
      },
      { deadline },
    );
  }

  /** Throws the catalog's refusal: 409 `price-changed`, `insufficient-stock`, `inactive-product`, 422 `unknown-product`. */
  return async function placeOrder(
    context: RequestContext,
    details: OrderDetails,
    lines: readonly OrderLine[],
  ): Promise<Order> {
    requireBoundedTotal(lines, unit);
    const id = idFor(context);
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
      if (isNotStored(context, error)) giveUpHold(context, id);
      throw error;
    }
  };

  /** The hold of an order that could not be stored; when this fails, the sweep of holds finds it. */
  function giveUpHold({ log }: RequestContext, id: string): void {
    background.start(`release the hold of order ${id}, which was not stored`, () =>
      catalog.release(backgroundContext(log, giveUpMs), id),
    );
  }

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
      failOpen(metrics, context, error, "the order is taken and not verified", { order_id });
      return undefined;
    }
  }
}

function idFor({ claim }: RequestContext): string {
  if (!claim || Date.now() - createdAtOf(claim.resourceId) > sameIdForMs) return newOrderId();
  return claim.resourceId;
}

/**
 * Whether the order is certainly not there. After a failed COMMIT nobody knows; and with a key a repetition may be
 * storing the order under the same id right now, so that the hold must stay for it.
 */
const isNotStored = ({ claim }: RequestContext, error: unknown): boolean =>
  !claim && !(error instanceof Problem && error.members.outcome === "unknown");

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
