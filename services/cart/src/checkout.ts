import { type Answer, type Claim, type Currency, Problem, type RequestContext, remaining } from "@shop/platform";
import { v7 as uuid } from "uuid";
import type { Cart } from "./cart.ts";
import {
  beginCheckout,
  type Checkout,
  CheckoutSettled,
  changedPrices,
  completeCheckout,
  dropCheckout,
  repeatCheckout,
  undoSend,
} from "./cart-checkout.ts";
import type { Carts } from "./carts.ts";
import type { Order, OrderClient } from "./order-client.ts";
import type { Recheck } from "./recheck.ts";

export type Checkouts = ReturnType<typeof createCheckouts>;

/** The part of the time left that the re-check may take; the rest is the order service's. */
const recheckShare = 1 / 3;

/**
 * Turns a cart into an order: what is ordered is stored under an id before the order service is called, and stays the
 * same until its outcome is known, so that a repetition is the same order to an order service that tells it by the id.
 * Once the cart is without what was ordered it could not be told again: `reply` is kept with that, for repetitions under
 * the claims of all who asked.
 */
export function createCheckouts(deps: {
  carts: Carts;
  orders: OrderClient;
  recheck: Recheck;
  unit: Currency;
  reply: (order: Order) => Answer;
}) {
  const { carts, orders, recheck, unit, reply } = deps;
  /** By user: a second click joins the checkout under way. */
  const underWay = new Map<string, { readonly order: Promise<Order>; readonly claims: Claim[] }>();

  /** `begin` fixes in the cart what is sent, or throws. */
  async function send(
    context: RequestContext,
    userId: string,
    claims: readonly Claim[],
    begin: (cart: Cart) => Cart & { readonly checkout: Checkout },
  ): Promise<Order> {
    const { checkout } = await carts.change(userId, begin, context.deadline);
    const placing = await orders.place(context, userId, checkout);
    // No deadlines from here: what is known of the order must be kept, whether or not somebody still waits for it.
    switch (placing.is) {
      case "placed":
        await carts.change(
          userId,
          (cart) => completeCheckout(cart, checkout.id),
          Infinity,
          () => claims.map((claim) => ({ claim, answer: reply(placing.order) })),
        );
        return placing.order;
      case "refused": {
        const cart = await carts.change(userId, (each) => dropCheckout(each, checkout.id));
        // The order service knew better than the last check: show it on the next look at the cart.
        await recheck(context, cart, { which: checkout.lines.map((line) => line.productId) });
        throw placing.problem;
      }
      case "not-sent":
        await carts.change(userId, (cart) => undoSend(cart, checkout.id));
        // An earlier call may have arrived.
        throw unavailable(checkout.unsettled > 1 ? outcomeUnknown : notOrdered, placing.retryAfterS);
      case "unknown":
        throw unavailable(outcomeUnknown, placing.retryAfterS);
    }
  }

  /** Nothing is ordered at a price that nobody was shown: throws 409 `price-changed`, and the repetition goes through. */
  async function checkPrices(context: RequestContext, shown: Cart): Promise<void> {
    if (shown.checkout && shown.checkout.unsettled > 0) return;
    const until = performance.now() + remaining(context) * recheckShare;
    const changes = changedPrices(shown, await recheck(context, shown, { until }));
    if (changes.length === 0) return;
    const prices = changes.map(({ productId, given, current }) => ({
      product_id: productId,
      given: unit.toWire(given),
      current: unit.toWire(current),
    }));
    throw new Problem(409, "price-changed", "Prices have changed. Check out again to buy at the current ones.", {
      prices,
    });
  }

  function once(
    userId: string,
    claim: Claim | undefined,
    place: (claims: readonly Claim[]) => Promise<Order>,
  ): Promise<Order> {
    const joined = underWay.get(userId);
    if (joined) {
      if (claim) joined.claims.push(claim);
      return joined.order;
    }
    const claims = claim ? [claim] : [];
    const order = place(claims).finally(() => underWay.delete(userId));
    underWay.set(userId, { order, claims });
    return order;
  }

  const checkOut = (context: RequestContext, userId: string): Promise<Order> =>
    once(userId, context.claim, async (claims) => {
      await checkPrices(context, await carts.get(userId));
      return send(context, userId, claims, (cart) => beginCheckout(cart, uuid()));
    });

  return {
    /**
     * Answers with the order. Throws 409 `cart-empty`, `price-changed`, `inactive-product`, whatever the order service
     * refuses with, and 503 `peer-unavailable`, with which the cart is kept; its text says whether an order may exist.
     */
    place: (context: RequestContext, userId: string): Promise<Order> =>
      checkOut(context, userId).catch((error) => {
        // It joined a repetition that had nothing to repeat.
        if (error instanceof CheckoutSettled) return checkOut(context, userId);
        throw error;
      }),
    /** Sends an open checkout again, as it was, so that its outcome becomes known. Throws like `place`, or CheckoutSettled. */
    repeat: (context: RequestContext, userId: string, id: string): Promise<Order> =>
      once(userId, undefined, (claims) => send(context, userId, claims, (cart) => repeatCheckout(cart, id))),
    /** Leaves an open checkout's outcome unknown for good: the cart is kept, and its next checkout is a new one. */
    async giveUp(userId: string, id: string): Promise<void> {
      // One that is being sent now will have an outcome.
      if (!underWay.has(userId)) await carts.change(userId, (cart) => dropCheckout(cart, id));
    },
  };
}

const notOrdered = "The order service cannot be reached, and nothing was ordered. The cart is kept; try again shortly.";
const outcomeUnknown =
  "Whether the order was placed is not known. The cart is kept; look at the user's orders before repeating the checkout.";

const unavailable = (detail: string, retryAfterS = 2): Problem =>
  new Problem(503, "peer-unavailable", detail, { peer: "order" }, { "Retry-After": String(retryAfterS) });
