import { Problem, type RequestContext } from "@shop/platform";
import type { Cart } from "./cart.ts";
import type { Carts } from "./carts.ts";
import type { CatalogClient } from "./catalog-client.ts";
import { applyVerdicts, dueForCheck, type Verdicts } from "./line-check.ts";

export type Recheck = ReturnType<typeof createRecheck>;

/**
 * Has the catalog confirm, in one call, the lines that are not verified; keeps what it said. Without its answer the cart
 * stays as it is; what cannot be stored now is shown all the same. `which` names other lines instead; `until` may end the
 * wait before the request's deadline.
 */
export function createRecheck({ carts, catalog, now }: { carts: Carts; catalog: CatalogClient; now: () => number }) {
  return async (
    context: RequestContext,
    cart: Cart,
    { which = dueForCheck(cart, now()), until }: { which?: readonly number[]; until?: number } = {},
  ): Promise<Cart> => {
    if (which.length === 0) return cart;
    const keep = async (verdicts: Verdicts | undefined): Promise<Cart> => {
      if (!verdicts) return cart;
      try {
        return await carts.change(cart.userId, (current) => applyVerdicts(current, verdicts), context.deadline);
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 503) throw error;
        context.log.warn({ code: error.code }, "a check of a cart is not stored");
        return applyVerdicts(cart, verdicts);
      }
    };
    return catalog.ask(context, which, keep, until);
  };
}
