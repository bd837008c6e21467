import { v7 as uuid } from "uuid";
import { addLine, type Cart, emptyCart, setQuantity } from "./cart.ts";
import {
  beginCheckout,
  begunAt,
  CheckoutSettled,
  completeCheckout,
  dropCheckout,
  repeatCheckout,
  undoSend,
} from "./cart-checkout.ts";
import { applyVerdicts, type Verdict } from "./line-check.ts";

const said = (id: number, price = 500): Verdict => ({
  product: { id, sku: "S", name: "N", price, available: 99, active: true },
  at: 1000,
});
const cart = addLine(addLine(emptyCart("ann"), 1, 2, said(1)), 2, 3, said(2));
const quantities = (of: Cart) => Object.fromEntries(of.lines.map((line) => [line.productId, line.quantity]));

test("completing takes exactly what was ordered, and leaves what came in the meantime", () => {
  const begun = beginCheckout(cart, "id-1");
  const grown = addLine(addLine(begun, 1, 4, said(1)), 3, 1, said(3));
  const shrunk = setQuantity(grown, 2, 1, said(2));
  const done = completeCheckout(shrunk, "id-1");
  expect(quantities(done)).toEqual({ 1: 4, 3: 1 });
  expect(done.checkout).toBeNull();
  expect(completeCheckout(done, "id-1")).toBe(done);
});

test("while an outcome is not known the same lines go under the same id, whatever the cart holds", () => {
  const begun = beginCheckout(cart, "id-1");
  const again = beginCheckout(addLine(begun, 3, 1, said(3)), "id-2");
  expect(again.checkout).toEqual({ ...begun.checkout, unsettled: 2 });
  // One of two calls did not arrive; of the other nothing is known.
  expect(beginCheckout(undoSend(again, "id-1"), "id-2").checkout.id).toBe("id-1");
});

test("after a call that did not arrive, a changed cart is a new checkout and the same cart is not", () => {
  const unsent = undoSend(beginCheckout(cart, "id-1"), "id-1");
  expect(beginCheckout(unsent, "id-2").checkout.id).toBe("id-1");
  const changed = beginCheckout(setQuantity(unsent, 1, 1, said(1)), "id-2").checkout;
  expect(changed).toMatchObject({ id: "id-2", unsettled: 1, lines: [{ quantity: 1 }, { quantity: 3 }] });
});

test("only an open checkout is repeated, and as it was sent", () => {
  const begun = beginCheckout(cart, "id-1");
  const repeated = repeatCheckout(addLine(begun, 3, 1, said(3)), "id-1");
  expect(repeated.checkout).toEqual({ ...begun.checkout, unsettled: 2 });
  for (const settled of [completeCheckout(begun, "id-1"), undoSend(begun, "id-1"), beginCheckout(cart, "id-2")])
    expect(() => repeatCheckout(settled, "id-1")).toThrow(CheckoutSettled);
});

test("a checkout's id tells when it was begun", () => {
  const at = Date.parse("2026-11-22T20:00:00.123Z");
  expect(begunAt(uuid({ msecs: at }))).toBe(at);
});

test("after a refusal the next checkout is a new one; the end of another checkout is none of its business", () => {
  const begun = beginCheckout(cart, "id-1");
  expect(dropCheckout(begun, "id-0")).toBe(begun);
  expect(beginCheckout(dropCheckout(begun, "id-1"), "id-2").checkout.id).toBe("id-2");
});

test("nothing, something gone, or something without a price cannot be ordered", () => {
  const refusal = (of: Cart) => {
    try {
      return beginCheckout(of, "id-1");
    } catch (error) {
      return error;
    }
  };
  expect(refusal(emptyCart("ann"))).toMatchObject({ status: 409, code: "cart-empty" });
  const gone = applyVerdicts(cart, new Map([[2, { product: undefined, at: 2000 }]]));
  expect(refusal(gone)).toMatchObject({ status: 409, code: "inactive-product", members: { product_ids: [2] } });
  const unpriced = addLine(cart, 3, 1, undefined);
  expect(refusal(unpriced)).toMatchObject({ status: 503, code: "peer-unavailable" });
});
