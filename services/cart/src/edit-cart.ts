import { type Answer, invalidRequest, type RequestContext } from "@shop/platform";
import { addLine, type Cart, clear, merge, removeLine, setQuantity } from "./cart.ts";
import type { Answers, Carts } from "./carts.ts";
import type { CatalogClient } from "./catalog-client.ts";

export type EditCart = ReturnType<typeof createEditCart>;

/**
 * What a person does to a cart, short of buying. Each answers with the cart as it is stored then; what may not be
 * repeated keeps `reply` with it, for repetitions under the request's claim.
 */
export function createEditCart(deps: { carts: Carts; catalog: CatalogClient; reply: (cart: Cart) => Answer }) {
  const { carts, catalog, reply } = deps;
  const kept = ({ claim }: RequestContext): Answers | undefined =>
    claim && ((cart) => [{ claim, answer: reply(cart) }]);

  return {
    add: (context: RequestContext, userId: string, productId: number, quantity: number): Promise<Cart> =>
      catalog.ask(context, [productId], (verdicts) => {
        const verdict = verdicts?.get(productId);
        const added = (cart: Cart) => addLine(cart, productId, quantity, verdict);
        return carts.change(userId, added, context.deadline, kept(context));
      }),

    setQuantity: (context: RequestContext, userId: string, productId: number, quantity: number): Promise<Cart> =>
      catalog.ask(context, [productId], (verdicts) => {
        const verdict = verdicts?.get(productId);
        return carts.change(userId, (cart) => setQuantity(cart, productId, quantity, verdict), context.deadline);
      }),

    remove: (context: RequestContext, userId: string, productId: number): Promise<Cart> =>
      carts.change(userId, (cart) => removeLine(cart, productId), context.deadline),

    clear: (context: RequestContext, userId: string): Promise<Cart> => carts.change(userId, clear, context.deadline),

    /** All of one cart into another; answers with the other. Throws 422 for a cart into itself. */
    async merge(context: RequestContext, from: string, into: string): Promise<Cart> {
      if (from === into) throw invalidRequest([{ pointer: "/body/into", detail: "into must name another cart" }]);
      const change = (one: Cart, other: Cart): [Cart, Cart] => {
        const { source, target } = merge(one, other);
        return [source, target];
      };
      const [, merged] = await carts.changeBoth(from, into, change, context.deadline, kept(context));
      return merged;
    },
  };
}
