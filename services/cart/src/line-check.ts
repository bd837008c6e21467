import { type MinorUnits, Problem } from "@shop/platform";
import type { Cart, Line } from "./cart.ts";

/** What a cart needs to know of a product. */
export interface Product {
  readonly id: number;
  readonly sku: string;
  readonly name: string;
  readonly price: MinorUnits;
  readonly available: number;
  readonly active: boolean;
}

/** What the catalog said of a product, and when. `product` undefined: it knows none such. */
export interface Verdict {
  readonly product: Product | undefined;
  readonly at: number;
}

export type Verdicts = ReadonlyMap<number, Verdict>;

export type Issue = "price_changed" | "insufficient_stock" | "unavailable";

/** How long a check is trusted; the same for every line, whoever asked. */
export const freshForMs = 60_000;

/**
 * The line with a quantity that the person chose just now, having seen its price. Without a verdict the last known
 * facts stay and the line counts as not verified. Throws 404 `unknown-product`, 409 `inactive-product` and
 * `insufficient-stock`.
 */
export function chosen(line: Line, quantity: number, verdict: Verdict | undefined): Line {
  if (!verdict) return { ...line, quantity, seenPrice: line.price, checkedAt: null };
  const { product } = verdict;
  const product_ids = [line.productId];
  if (!product) throw new Problem(404, "unknown-product", "There is no such product.", { product_ids });
  if (!product.active)
    throw new Problem(409, "inactive-product", "This product is not sold any more.", { product_ids });
  if (product.available < quantity) throw insufficientStock(product.available, quantity);
  return { ...line, ...factsOf(product), quantity, seenPrice: product.price, checkedAt: verdict.at };
}

function insufficientStock(available: number, requested: number): Problem {
  const detail = `Only ${available} can be had, and the cart would hold ${requested}. Choose fewer.`;
  return new Problem(409, "insufficient-stock", detail, { available });
}

/** The cart after a re-check of some of its lines. What was heard later already, stays. */
export function applyVerdicts(cart: Cart, verdicts: Verdicts): Cart {
  const lines = cart.lines.map((line) => {
    const verdict = verdicts.get(line.productId);
    return verdict && verdict.at >= (line.checkedAt ?? 0) ? checked(line, verdict) : line;
  });
  return lines.some((line, index) => line !== cart.lines[index]) ? { ...cart, lines } : cart;
}

function checked(line: Line, { product, at }: Verdict): Line {
  if (!product) return { ...line, listed: false, checkedAt: at };
  return { ...line, ...factsOf(product), seenPrice: line.seenPrice ?? product.price, checkedAt: at };
}

const factsOf = ({ name, sku, price, available, active }: Product) => ({ name, sku, price, available, listed: active });

/** Whether the catalog confirmed the line, and not too long ago. */
export const isVerified = (line: Line, now: number): boolean =>
  line.checkedAt !== null && now - line.checkedAt <= freshForMs;

/** The products that the catalog should be asked about (again). */
export const dueForCheck = (cart: Cart, now: number): number[] =>
  cart.lines.filter((line) => !isVerified(line, now)).map((line) => line.productId);

export function issuesOf(line: Line): Issue[] {
  if (!line.listed) return ["unavailable"];
  const issues: Issue[] = [];
  if (line.price !== line.seenPrice) issues.push("price_changed");
  if (line.available !== null && line.available < line.quantity) issues.push("insufficient_stock");
  return issues;
}

/** The line's part of the total; null when it has none, because its price is not known or it cannot be bought. */
export const subtotalOf = (line: Line): MinorUnits | null =>
  line.listed && line.price !== null ? line.price * line.quantity : null;
