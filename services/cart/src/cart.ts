import { type MinorUnits, Problem } from "@shop/platform";
import type { Checkout } from "./cart-checkout.ts";
import { chosen, type Verdict } from "./line-check.ts";

/** One person's cart. A value: every change makes a new one, and leaves the lines it does not touch the same objects. */
export interface Cart {
  readonly userId: string;
  /** Counts every stored change, re-checks included; 0 while nothing was ever stored. */
  readonly version: number;
  /** Milliseconds since the epoch; null while nothing was ever stored. */
  readonly updatedAt: number | null;
  /** In the order in which they were added; a product at most once. */
  readonly lines: readonly Line[];
  /** The checkout whose outcome is not known yet. */
  readonly checkout: Checkout | null;
}

export interface Line {
  readonly productId: number;
  /** Orders the lines of a cart. */
  readonly position: number;
  readonly quantity: number;
  readonly name: string | null;
  readonly sku: string | null;
  /** The catalog's last word, and so the price in force; null when it was never heard. */
  readonly price: MinorUnits | null;
  /** The price when the person last chose the quantity. */
  readonly seenPrice: MinorUnits | null;
  /** What the catalog could still sell when it was last asked. */
  readonly available: number | null;
  /** False: gone from the catalog, or not sold any more, when it was last asked. */
  readonly listed: boolean;
  /** When the catalog confirmed the line; null when it has not since the quantity was chosen. */
  readonly checkedAt: number | null;
}

export const maxQuantity = 99;
export const maxLines = 100;

export const emptyCart = (userId: string): Cart => ({
  userId,
  version: 0,
  updatedAt: null,
  lines: [],
  checkout: null,
});

/**
 * Adds to what the cart holds of the product. `verdict` undefined: the catalog could not be asked.
 * Throws 409 `cart-limit`, 404 `unknown-product`, 409 `inactive-product`, 409 `insufficient-stock`.
 */
export function addLine(cart: Cart, productId: number, quantity: number, verdict: Verdict | undefined): Cart {
  const line = cart.lines.find((each) => each.productId === productId);
  if (line) return replaceLine(cart, chosen(line, limited(line.quantity + quantity), verdict));
  const added = chosen(newLine(productId, nextPosition(cart.lines)), limited(quantity), verdict);
  return withLines(cart, limitedLines([...cart.lines, added]));
}

/** Sets the quantity of a line that the cart has. Throws like `addLine`, and 404 when it has none. */
export function setQuantity(cart: Cart, productId: number, quantity: number, verdict: Verdict | undefined): Cart {
  const line = cart.lines.find((each) => each.productId === productId);
  if (!line) throw new Problem(404, "not-found", "There is no such product in this cart. Add it first.");
  return replaceLine(cart, chosen(line, limited(quantity), verdict));
}

/** A product that is not in the cart changes nothing, so that a removal may be repeated. */
export function removeLine(cart: Cart, productId: number): Cart {
  const lines = cart.lines.filter((line) => line.productId !== productId);
  return lines.length === cart.lines.length ? cart : withLines(cart, lines);
}

export const clear = (cart: Cart): Cart => (cart.lines.length === 0 ? cart : withLines(cart, []));

/**
 * Moves all lines of `source` into `target`, summed, or throws and moves none: 409 `cart-limit`, and 409 `checkout-open`
 * when lines of `source` may be ordered already, because in `target` they would be ordered again under another id. A
 * checkout that is open in `target` goes on with its own lines; what came with the merge stays in the cart after it.
 */
export function merge(source: Cart, target: Cart): { source: Cart; target: Cart } {
  if (source.lines.length === 0) return { source, target };
  if (source.checkout && source.checkout.unsettled > 0) throw checkoutOpen();
  const lines = new Map(target.lines.map((line) => [line.productId, line]));
  let position = nextPosition(target.lines);
  for (const line of source.lines) {
    const own = lines.get(line.productId);
    lines.set(line.productId, own ? combined(own, line) : { ...line, position: position++ });
  }
  return { source: clear(source), target: withLines(target, limitedLines([...lines.values()])) };
}

/** What the catalog said last of the product goes for both. */
function combined(own: Line, other: Line): Line {
  const quantity = limited(own.quantity + other.quantity);
  const [newer, older] = (other.checkedAt ?? 0) > (own.checkedAt ?? 0) ? [other, own] : [own, other];
  const priced = newer.price === null ? older : newer;
  const { listed, checkedAt } = newer;
  return {
    ...priced,
    listed,
    checkedAt,
    position: own.position,
    quantity,
    seenPrice: own.seenPrice ?? other.seenPrice,
  };
}

/**
 * An emptied cart also gives up a checkout whose outcome is not known: the person turned away from it, and an order that
 * came of it stays theirs to pay or cancel. While a line is left the checkout stays as it was sent.
 */
export function withLines(cart: Cart, lines: readonly Line[]): Cart {
  return { ...cart, lines, checkout: lines.length === 0 ? null : cart.checkout };
}

function replaceLine(cart: Cart, line: Line): Cart {
  return withLines(
    cart,
    cart.lines.map((each) => (each.productId === line.productId ? line : each)),
  );
}

const nextPosition = (lines: readonly Line[]): number => (lines.at(-1)?.position ?? 0) + 1;

const newLine = (productId: number, position: number): Line => ({
  productId,
  position,
  quantity: 0,
  name: null,
  sku: null,
  price: null,
  seenPrice: null,
  available: null,
  listed: true,
  checkedAt: null,
});

const checkoutOpen = (): Problem =>
  new Problem(
    409,
    "checkout-open",
    "This cart has a checkout whose outcome is not known. Finish or repeat that checkout before merging the cart.",
  );

function limited(quantity: number): number {
  if (quantity <= maxQuantity) return quantity;
  throw new Problem(409, "cart-limit", `A cart holds at most ${maxQuantity} of a product.`, { limit: maxQuantity });
}

function limitedLines(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= maxLines) return lines;
  throw new Problem(409, "cart-limit", `A cart holds at most ${maxLines} different products.`, { limit: maxLines });
}
