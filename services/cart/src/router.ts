import { created, ok, type Route, route } from "@shop/platform";
import type { Cart } from "./cart.ts";
import type { Carts } from "./carts.ts";
import type { Checkouts } from "./checkout.ts";
import type { EditCart } from "./edit-cart.ts";
import type { Recheck } from "./recheck.ts";
import {
  addQuery,
  cartPath,
  cartSchema,
  erasedSchema,
  linePath,
  mergeBody,
  orderSchema,
  quantityBody,
} from "./schemas.ts";

const scope = "carts";
const answers = { 200: cartSchema };
const refusals = { 404: ["unknown-product"], 409: ["inactive-product", "insufficient-stock", "cart-limit"] };

export const routes = (deps: {
  carts: Carts;
  edit: EditCart;
  recheck: Recheck;
  checkouts: Checkouts;
  present(cart: Cart): unknown;
}): readonly Route[] => {
  const { carts, edit, recheck, checkouts, present } = deps;
  return [
    route({
      method: "GET",
      path: "/cart/:user_id",
      operation: "get-cart",
      summary: "The cart; lines not verified, or more than 60 s ago, are checked with the catalog again, if it answers",
      scope,
      params: cartPath,
      answers,
      handle: async ({ params, context }) => ok(present(await recheck(context, await carts.get(params.user_id)))),
    }),
    route({
      method: "POST",
      path: "/cart/:user_id/add",
      operation: "add-to-cart",
      summary: "Adds to what the cart holds of a product; not verified when the catalog cannot be asked",
      scope,
      params: cartPath,
      query: addQuery,
      answers,
      problems: refusals,
      handle: async ({ params, query, context }) =>
        ok(present(await edit.add(context, params.user_id, query.product_id, query.quantity))),
    }),
    route({
      method: "PUT",
      path: "/cart/:user_id/items/:product_id",
      operation: "set-quantity",
      summary: "Sets the quantity of a product that is in the cart",
      scope,
      params: linePath,
      body: quantityBody,
      answers,
      problems: { ...refusals, 404: ["not-found", "unknown-product"] },
      handle: async ({ params, body, context }) =>
        ok(present(await edit.setQuantity(context, params.user_id, params.product_id, body.quantity))),
    }),
    route({
      method: "DELETE",
      path: "/cart/:user_id/items/:product_id",
      operation: "remove-from-cart",
      summary: "Removes a product from the cart; one that is not in it changes nothing",
      scope,
      params: linePath,
      answers,
      handle: async ({ params, context }) => ok(present(await edit.remove(context, params.user_id, params.product_id))),
    }),
    route({
      method: "DELETE",
      path: "/cart/:user_id/clear",
      operation: "clear-cart",
      summary: "Empties the cart",
      scope,
      params: cartPath,
      answers,
      handle: async ({ params, context }) => ok(present(await edit.clear(context, params.user_id))),
    }),
    route({
      method: "POST",
      path: "/cart/:user_id/merge",
      operation: "merge-carts",
      summary: "Moves all lines into another cart, or none; answers with the other cart",
      scope,
      params: cartPath,
      body: mergeBody,
      answers,
      problems: { 409: ["cart-limit", "checkout-open"] },
      handle: async ({ params, body, context }) => ok(present(await edit.merge(context, params.user_id, body.into))),
    }),
    route({
      method: "POST",
      path: "/cart/:user_id/checkout",
      operation: "check-out",
      summary: "Orders what the cart holds, once; answers with the order and leaves the cart without it",
      scope,
      params: cartPath,
      answers: { 201: orderSchema },
      problems: {
        409: ["cart-empty", "price-changed", "inactive-product", "insufficient-stock"],
        422: ["unknown-product"],
        503: ["peer-unavailable"],
      },
      handle: async ({ params, context }) => created(await checkouts.place(context, params.user_id)),
    }),
    route({
      method: "DELETE",
      path: "/users/:user_id",
      operation: "erase-user",
      summary: "Erases all that is kept of a person here: the cart and its open checkout; may be repeated",
      scope: "admin",
      params: cartPath,
      answers: { 200: erasedSchema },
      handle: async ({ params, context }) => ok({ carts: await carts.erase(params.user_id, context.deadline) }),
    }),
  ];
};
