import { type MinorUnits, Problem } from "@shop/platform";
import { type Cart, type Line, withLines } from "./cart.ts";

/** What is ordered at a checkout: fixed before the order service is called, so that the call can be repeated. */
export interface Checkout {
  /** The order service takes it as the key under which the order is made once. */
  readonly id: string;
  readonly lines: readonly CheckoutLine[];
  /** Calls whose outcome is not known: while there is one, the order may exist. */
  readonly unsettled: number;
}

export interface CheckoutLine {
  readonly productId: number;
  readonly quantity: number;
  readonly price: MinorUnits;
}

/**
 * The cart with the checkout that is to be sent now. While the outcome of an earlier call is not known it is that one,
 * whatever the cart holds by now; otherwise the cart as it is, under the earlier id when it is the same again.
 * Throws 409 `cart-empty`, 409 `inactive-product`, 503 `peer-unavailable` when a line has no price yet.
 */
export function beginCheckout(cart: Cart, newId: string): Cart & { readonly checkout: Checkout } {
  if (cart.lines.length === 0)
    throw new Problem(409, "cart-empty", "There is nothing in this cart. Add a product first.");
  const open = cart.checkout;
  if (open && open.unsettled > 0) return { ...cart, checkout: { ...open, unsettled: open.unsettled + 1 } };
  const lines = buyable(cart.lines);
  const id = open && JSON.stringify(open.lines) === JSON.stringify(lines) ? open.id : newId;
  return { ...cart, checkout: { id, lines, unsettled: 1 } };
}

/** The checkout is not open any more under this id: its outcome became known meanwhile, or the cart gave it up. */
export class CheckoutSettled extends Error {
  override readonly name = "CheckoutSettled";
}

/** The cart with its open checkout, as it was sent, to be sent once more. Throws CheckoutSettled. */
export function repeatCheckout(cart: Cart, id: string): Cart & { readonly checkout: Checkout } {
  const open = cart.checkout;
  if (open?.id !== id || open.unsettled === 0) throw new CheckoutSettled();
  return { ...cart, checkout: { ...open, unsettled: open.unsettled + 1 } };
}

/** When a checkout was begun, in milliseconds since the epoch: the first 48 bits of its UUIDv7 (RFC 9562, section 5.7). */
export const begunAt = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** After the order was placed: exactly what it took leaves the cart; what was added in the meantime stays. */
export function completeCheckout(cart: Cart, id: string): Cart {
  if (cart.checkout?.id !== id) return cart;
  const ordered = new Map(cart.checkout.lines.map((line) => [line.productId, line.quantity]));
  const lines = cart.lines.flatMap((line) => {
    const quantity = ordered.get(line.productId);
    if (quantity === undefined) return [line];
    return line.quantity > quantity ? [{ ...line, quantity: line.quantity - quantity }] : [];
  });
  return { ...withLines(cart, lines), checkout: null };
}

/** After the order service refused: nothing was ordered, and the next checkout is a new one. */
export const dropCheckout = (cart: Cart, id: string): Cart =>
  cart.checkout?.id === id ? { ...cart, checkout: null } : cart;

/** After a call that certainly did not reach the order service. */
export function undoSend(cart: Cart, id: string): Cart {
  const { checkout } = cart;
  return checkout?.id === id ? { ...cart, checkout: { ...checkout, unsettled: checkout.unsettled - 1 } } : cart;
}

/** Lines whose price is another than it was, for 409 `price-changed`. A price that was not known before is none. */
export function changedPrices(before: Cart, after: Cart) {
  const earlier = new Map(before.lines.map((line) => [line.productId, line.price]));
  return after.lines.flatMap(({ productId, price }) => {
    const given = earlier.get(productId) ?? null;
    return given === null || price === null || given === price ? [] : [{ productId, given, current: price }];
  });
}

function buyable(lines: readonly Line[]): CheckoutLine[] {
  const product_ids = lines.filter((line) => !line.listed).map((line) => line.productId);
  if (product_ids.length > 0)
    throw new Problem(409, "inactive-product", "The cart holds products that are not sold any more. Remove them.", {
      product_ids,
    });
  return lines.map(({ productId, quantity, price }) => {
    if (price === null) throw unpriced();
    return { productId, quantity, price };
  });
}

const unpriced = (): Problem =>
  new Problem(
    503,
    "peer-unavailable",
    "A product's price is not known yet, because the catalog cannot be asked. The cart is kept; try again shortly.",
    { peer: "catalog" },
    { "Retry-After": "2" },
  );
