import type { Currency, MinorUnits } from "@shop/platform";
import type { Cart, Line } from "./cart.ts";
import { issuesOf, isVerified, subtotalOf } from "./line-check.ts";

/** The cart on the wire. What is verified depends on the time of looking, in milliseconds since the epoch. */
export function presentCart(cart: Cart, unit: Currency, now: number) {
  const items = cart.lines.map((line) => presentLine(line, unit, now));
  const total = cart.lines.reduce((sum, line) => sum + (subtotalOf(line) ?? 0), 0);
  return {
    user_id: cart.userId,
    items,
    total: unit.toWire(total),
    currency: unit.code,
    verified: items.every((item) => item.verified),
    version: cart.version,
    updated_at: time(cart.updatedAt),
  };
}

function presentLine(line: Line, unit: Currency, now: number) {
  return {
    product_id: line.productId,
    sku: line.sku,
    name: line.name,
    price: money(line.price, unit),
    currency: unit.code,
    quantity: line.quantity,
    subtotal: money(subtotalOf(line), unit),
    verified: isVerified(line, now),
    checked_at: time(line.checkedAt),
    issues: issuesOf(line),
  };
}

const money = (amount: MinorUnits | null, unit: Currency): number | null =>
  amount === null ? null : unit.toWire(amount);

const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
