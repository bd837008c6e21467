import type { Order } from "../../api/order.ts";
import { mayBeFulfilled, remarkOf } from "./remark.ts";

const order = (status: Order["status"], hold: Order["hold"], verification: Order["verification"] = "verified") => ({
  status,
  hold,
  verification,
});

test.each([
  order("PENDING", "held"),
  order("PAID", "confirmed"),
  order("FULFILLED", "confirmed"),
  order("CANCELLED", "released"),
  order("REFUNDED", "returned"),
])("%j is as it should be", (usual) => {
  expect(remarkOf(usual)).toBeUndefined();
});

test.each([
  [order("PENDING", "none", "pending"), "Not verified yet"],
  [order("CANCELLED", "none", "rejected"), "Rejected by the catalog"],
  [order("PAID", "held"), "Stock not confirmed yet"],
  [order("PAID", "released"), "Stock is gone"],
  [order("EXPIRED", "held"), "Stock not released yet"],
  [order("REFUNDED", "held"), "Stock not returned yet"],
])("%j is remarked upon", (unusual, text) => {
  expect(remarkOf(unusual)?.text).toBe(text);
});

test("only a paid order whose stock is taken may be fulfilled", () => {
  expect(mayBeFulfilled(order("PAID", "confirmed"))).toBe(true);
  expect(mayBeFulfilled(order("PAID", "held"))).toBe(false);
  expect(mayBeFulfilled(order("PENDING", "held"))).toBe(false);
});
