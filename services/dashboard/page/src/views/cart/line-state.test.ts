import type { CartLine, LineIssue } from "../../api/cart.ts";
import { lineStates, nameOf } from "./line-state.ts";

const line = (verified: boolean, ...issues: LineIssue[]): CartLine => ({
  product_id: 7,
  sku: null,
  name: null,
  price: null,
  currency: "USD",
  quantity: 1,
  subtotal: null,
  verified,
  checked_at: null,
  issues,
});
const badges = (each: CartLine) => lineStates(each).map(({ badge }) => badge);

test("a line says all that is the matter with it, and nothing when all is well", () => {
  expect(badges(line(true))).toEqual([]);
  expect(badges(line(true, "price_changed", "insufficient_stock"))).toEqual(["Price changed", "Short stock"]);
  expect(badges(line(false, "unavailable"))).toEqual(["Not sold any more", "Not checked yet"]);
  expect(badges(line(false))).toEqual(["Not checked yet"]);
});

test("a product whose name the catalog has not told has its number", () => {
  expect(nameOf(line(false))).toBe("Product 7");
});
