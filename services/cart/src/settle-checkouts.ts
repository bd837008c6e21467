import { Problem, type RequestContext, type Sweep } from "@shop/platform";
import { begunAt, CheckoutSettled } from "./cart-checkout.ts";
import type { UnsettledCheckout } from "./cart-store.ts";
import type { Carts } from "./carts.ts";
import type { Checkouts } from "./checkout.ts";

/** Who was told that the outcome is not known repeats the checkout, and should get the order: so long the cart is theirs. */
const quietMs = 15_000;
/**
 * The order service knows a checkout's key for 24 hours. Sent again after that it would be a second order, which nobody
 * asked for: an hour before, the checkout is given up and the cart kept.
 */
const repeatableMs = 23 * 3_600_000;
const atMost = 500;
const atOnce = 16;

type End = "settled" | "given-up" | "open";

/**
 * Finds out how checkouts ended whose answer was lost (a crash, a time-out): sends each again, the same lines under the
 * same key, so that the order service answers with the order it made, makes it now, or refuses it.
 */
export function settleCheckouts(deps: {
  readonly carts: Carts;
  readonly checkouts: Checkouts;
  /** What one repetition may take. */
  readonly timeoutMs: number;
  readonly now: () => number;
}): Sweep {
  const { carts, checkouts, timeoutMs, now } = deps;

  async function settle(context: RequestContext, { userId, checkoutId }: UnsettledCheckout): Promise<End> {
    if (now() - begunAt(checkoutId) > repeatableMs) {
      await checkouts.giveUp(userId, checkoutId);
      return "given-up";
    }
    const deadline = Math.min(context.deadline, performance.now() + timeoutMs);
    try {
      await checkouts.repeat({ ...context, deadline }, userId, checkoutId);
      return "settled";
    } catch (error) {
      if (error instanceof CheckoutSettled) return "settled";
      if (!(error instanceof Problem)) throw error;
      return error.status < 500 ? "settled" : "open";
    }
  }

  return {
    name: "settle-checkouts",
    async run(context) {
      const open = await carts.unsettled(now() - quietMs, atMost);
      const ends: End[] = [];
      for (let at = 0; at < open.length; at += atOnce) {
        const group = await Promise.all(open.slice(at, at + atOnce).map((each) => settle(context, each)));
        ends.push(...group);
        // The order service is in trouble. The next pass begins with others: a try counts as a change of the cart.
        if (group.every((end) => end === "open")) break;
      }
      const count = (wanted: End) => ends.filter((end) => end === wanted).length;
      const givenUp = count("given-up");
      return {
        found: open.length,
        mended: count("settled"),
        ...(givenUp > 0
          ? { notes: [`${givenUp} given up: whether there is an order was not known for 23 hours`] }
          : {}),
      };
    },
  };
}
