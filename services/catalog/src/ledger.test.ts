import { currency } from "@shop/platform";
import { settle } from "./ledger.ts";
import type { Product } from "./product.ts";
import type { Command } from "./reservation.ts";

const lamp: Product = {
  id: 1,
  sku: "LAMP",
  name: "Lamp",
  description: "",
  price: 1000,
  stock: 3,
  reserved: 0,
  active: true,
  version: 7,
  stockSeq: 0,
  createdAt: 0,
  updatedAt: 0,
};
const hold = (orderId: string, quantity: number): Command => ({
  type: "hold",
  orderId,
  items: [{ productId: 1, quantity, price: 1000 }],
  ttlMs: 1000,
});
const on = (commands: readonly Command[]) =>
  settle(commands, { reservations: new Map(), products: new Map([[1, lamp]]) }, currency("USD"), 5);
const summary = (results: ReturnType<typeof on>["outcomes"]) =>
  results.map((result) => (result instanceof Error ? result.code : result.reservation.state));

test("each command sees what those before it left; one refused does not concern the others", () => {
  const { outcomes, changes } = on([hold("a", 2), hold("b", 2), hold("c", 1), { type: "confirm", orderId: "a" }]);
  expect(summary(outcomes)).toEqual(["HELD", "insufficient-stock", "HELD", "CONFIRMED"]);
  expect(changes.added.map(({ orderId, state }) => [orderId, state])).toEqual([
    ["a", "CONFIRMED"],
    ["c", "HELD"],
  ]);
  expect(changes.moved).toEqual([]);
  expect(changes.stock).toEqual([{ productId: 1, stock: -2, reserved: 1, version: 7 }]);
  expect(changes.movements).toEqual([{ productId: 1, delta: -2, reason: "sold", orderId: "a" }]);
});

test("what cancels out within a batch leaves its movements and no change of stock", () => {
  const { changes } = on([
    hold("a", 2),
    { type: "confirm", orderId: "a" },
    { type: "return", orderId: "a" },
    hold("b", 3),
    { type: "release", orderId: "b" },
  ]);
  expect(changes.stock).toEqual([]);
  expect(changes.movements.map(({ delta, reason }) => [delta, reason])).toEqual([
    [-2, "sold"],
    [2, "returned"],
  ]);
});

test("asking for the same twice within a batch makes it once", () => {
  const { outcomes, changes } = on([hold("a", 2), hold("a", 2)]);
  expect(outcomes.map((result) => "added" in result && result.added)).toEqual([true, false]);
  expect(changes.added).toHaveLength(1);
  expect(changes.stock).toEqual([{ productId: 1, stock: 0, reserved: 2, version: 7 }]);
});
