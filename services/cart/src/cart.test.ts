import { addLine, type Cart, clear, emptyCart, merge, removeLine, setQuantity } from "./cart.ts";
import { completeCheckout } from "./cart-checkout.ts";
import { applyVerdicts, dueForCheck, issuesOf, isVerified, subtotalOf, type Verdict } from "./line-check.ts";

const said = (
  id: number,
  facts: { price?: number; available?: number; active?: boolean; at?: number } = {},
): Verdict => {
  const { at = 1000, ...rest } = facts;
  return { product: { id, sku: `S${id}`, name: `N${id}`, price: 500, available: 50, active: true, ...rest }, at };
};
const cartWith = (...quantities: number[]): Cart =>
  quantities.reduce((cart, quantity, index) => addLine(cart, index + 1, quantity, said(index + 1)), emptyCart("ann"));
const quantities = (cart: Cart) => Object.fromEntries(cart.lines.map((line) => [line.productId, line.quantity]));
const code = (code: string, members = {}) =>
  expect.objectContaining({ code, members: expect.objectContaining(members) });

describe("adding", () => {
  test("sums the quantities of a product, and lines keep the order in which they came", () => {
    const cart = addLine(cartWith(2, 3), 1, 4, said(1));
    expect(cart.lines.map((line) => [line.productId, line.quantity])).toEqual([
      [1, 6],
      [2, 3],
    ]);
  });

  test("refuses more than 99 of a product, with or without the catalog", () => {
    const cart = addLine(emptyCart("ann"), 1, 99, undefined);
    expect(() => addLine(cart, 1, 1, undefined)).toThrow(code("cart-limit"));
    expect(() => addLine(cart, 1, 1, said(1, { available: 1000 }))).toThrow(code("cart-limit"));
  });

  test("refuses a product too many, but not more of one that is there", () => {
    const full = cartWith(...Array<number>(100).fill(1));
    expect(() => addLine(full, 101, 1, said(101))).toThrow(code("cart-limit"));
    expect(addLine(full, 100, 1, said(100)).lines).toHaveLength(100);
  });

  test("compares what is available with all that the cart would hold", () => {
    const cart = cartWith(3);
    expect(() => addLine(cart, 1, 2, said(1, { available: 4 }))).toThrow(code("insufficient-stock", { available: 4 }));
    expect(quantities(addLine(cart, 1, 1, said(1, { available: 4 })))).toEqual({ 1: 4 });
  });

  test("refuses what the catalog does not know or does not sell", () => {
    expect(() => addLine(emptyCart("ann"), 7, 1, { product: undefined, at: 1 })).toThrow(code("unknown-product"));
    expect(() => addLine(emptyCart("ann"), 7, 1, said(7, { active: false }))).toThrow(code("inactive-product"));
  });

  test("without the catalog the line is not verified; a price known before stays", () => {
    const [line] = addLine(cartWith(1), 1, 1, undefined).lines;
    expect(line).toMatchObject({ quantity: 2, price: 500, checkedAt: null });
    expect(addLine(emptyCart("ann"), 1, 1, undefined).lines[0]).toMatchObject({ price: null, name: null });
  });
});

test("setting a quantity needs the line; removing one does not", () => {
  expect(() => setQuantity(emptyCart("ann"), 1, 1, said(1))).toThrow(code("not-found"));
  const cart = cartWith(1);
  expect(removeLine(cart, 2)).toBe(cart);
  expect(removeLine(cart, 1).lines).toEqual([]);
});

test("an emptied cart gives up its open checkout, one that keeps a line does not", () => {
  const checkout = { id: "x", lines: [], unsettled: 1 };
  const cart = { ...cartWith(1, 1), checkout };
  expect(removeLine(cart, 1).checkout).toBe(checkout);
  expect(removeLine(removeLine(cart, 1), 2).checkout).toBeNull();
  expect(clear(cart).checkout).toBeNull();
});

describe("merging", () => {
  test("sums, appends, and leaves the source empty", () => {
    const { source, target } = merge(cartWith(2, 3), addLine(emptyCart("bob"), 2, 4, said(2)));
    expect(source.lines).toEqual([]);
    expect(target.lines.map((line) => [line.productId, line.quantity, line.position])).toEqual([
      [2, 7, 1],
      [1, 2, 2],
    ]);
  });

  test("refuses the whole when one sum is too large", () => {
    const full = addLine(emptyCart("bob"), 2, 98, said(2, { available: 100 }));
    expect(() => merge(cartWith(1, 2), full)).toThrow(code("cart-limit"));
    expect(() => merge(addLine(emptyCart("ann"), 999, 1, said(999)), cartWith(...Array<number>(100).fill(1)))).toThrow(
      code("cart-limit"),
    );
  });

  const openCheckout = { id: "x", lines: [{ productId: 1, quantity: 2, price: 500 }], unsettled: 1 };

  test("refuses a source whose lines may be ordered already, but not when no send of theirs can have arrived", () => {
    const source = { ...cartWith(2), checkout: openCheckout };
    expect(() => merge(source, emptyCart("bob"))).toThrow(code("checkout-open"));
    const unsent = { ...source, checkout: { ...openCheckout, unsettled: 0 } };
    expect(quantities(merge(unsent, emptyCart("bob")).target)).toEqual({ 1: 2 });
  });

  test("into a cart with an open checkout leaves that as it is, and what was merged stays after it", () => {
    const { target } = merge(cartWith(3, 1), { ...cartWith(2), checkout: openCheckout });
    expect(target.checkout).toBe(openCheckout);
    expect(quantities(completeCheckout(target, "x"))).toEqual({ 1: 3, 2: 1 });
  });

  test("keeps the newer word of the catalog, and a price over none", () => {
    const unpriced = addLine(emptyCart("ann"), 1, 1, undefined);
    const gone = applyVerdicts(unpriced, new Map([[1, { product: undefined, at: 9000 }]]));
    expect(merge(gone, cartWith(1)).target.lines[0]).toMatchObject({ price: 500, listed: false, checkedAt: 9000 });
    expect(merge(cartWith(1), unpriced).target.lines[0]).toMatchObject({ price: 500, seenPrice: 500, checkedAt: 1000 });
  });
});

describe("re-checking", () => {
  const recheck = (cart: Cart, verdict: Verdict) => applyVerdicts(cart, new Map([[1, verdict]]));
  const first = (cart: Cart) => cart.lines[0] as Cart["lines"][number];

  test("a changed price is in force at once, and is an issue until the person chooses the quantity again", () => {
    const dearer = said(1, { price: 700, at: 2000 });
    const cart = recheck(cartWith(2), dearer);
    expect(subtotalOf(first(cart))).toBe(1400);
    expect(issuesOf(first(cart))).toEqual(["price_changed"]);
    expect(issuesOf(first(setQuantity(cart, 1, 2, dearer)))).toEqual([]);
    expect(issuesOf(first(addLine(cart, 1, 1, undefined)))).toEqual([]);
    expect(issuesOf(first(recheck(cart, said(1, { price: 500, at: 3000 }))))).toEqual([]);
  });

  test("the first price of a line that had none is no change", () => {
    expect(issuesOf(first(recheck(addLine(emptyCart("ann"), 1, 1, undefined), said(1))))).toEqual([]);
  });

  test("short stock keeps the line in the total; gone or inactive takes it out until it is back", () => {
    expect(issuesOf(first(recheck(cartWith(5), said(1, { available: 4 }))))).toEqual(["insufficient_stock"]);
    for (const verdict of [{ product: undefined, at: 2000 }, said(1, { active: false, at: 2000 })]) {
      const cart = recheck(cartWith(5), verdict);
      expect(issuesOf(first(cart))).toEqual(["unavailable"]);
      expect(subtotalOf(first(cart))).toBeNull();
      expect(issuesOf(first(recheck(cart, said(1, { at: 3000 }))))).toEqual([]);
    }
  });

  test("an answer that was overtaken by a later one changes nothing", () => {
    const cart = recheck(cartWith(1), said(1, { price: 700, at: 5000 }));
    expect(recheck(cart, said(1, { price: 600, at: 4000 }))).toBe(cart);
  });

  test("a line is trusted for 60 s", () => {
    const cart = cartWith(1);
    expect(isVerified(first(cart), 61_000)).toBe(true);
    expect(isVerified(first(cart), 61_001)).toBe(false);
    expect(dueForCheck(cart, 61_001)).toEqual([1]);
  });
});
