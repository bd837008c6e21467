import { currency } from "@shop/platform";
import type { Product } from "./product.ts";
import { type Command, decide, type Item, type Reservation, type ReservationState } from "./reservation.ts";

const states: readonly ReservationState[] = ["HELD", "CONFIRMED", "RETURNED", "RELEASED", "EXPIRED"];
const now = 1_000_000;
const item: Item = { productId: 1, quantity: 2, price: 1000 };

const product = (fields: Partial<Product> = {}): Product => ({
  id: 1,
  sku: "LAMP",
  name: "Lamp",
  description: "",
  price: 1000,
  stock: 5,
  reserved: 0,
  active: true,
  version: 1,
  stockSeq: 0,
  createdAt: 0,
  updatedAt: 0,
  ...fields,
});
const reservation = (state: ReservationState, fields: Partial<Reservation> = {}): Reservation => ({
  orderId: "o",
  state,
  lines: [{ ...item, sku: "LAMP", name: "Lamp" }],
  expiresAt: now + 60_000,
  createdAt: 1,
  updatedAt: 1,
  ...fields,
});
const around = (...products: Product[]) => ({
  product: (id: number) => products.find((each) => each.id === id),
  unit: currency("USD"),
  now,
});
const hold = (items: readonly Item[] = [item], ttlMs = 60_000): Command => ({
  type: "hold",
  orderId: "o",
  items,
  ttlMs,
});
const refusal = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

test.each([
  ["confirm", "HELD", "CONFIRMED", -1, -1],
  ["confirm", "EXPIRED", "CONFIRMED", -1, 0],
  ["release", "HELD", "RELEASED", 0, -1],
  ["release", "EXPIRED", "RELEASED", 0, 0],
  ["return", "CONFIRMED", "RETURNED", 1, 0],
] as const)("%s takes %s to %s, stock %p and reserved %p times the quantity", (type, from, to, stock, reserved) => {
  const step = decide({ type, orderId: "o" }, reservation(from), around(product()));
  expect(step.after).toMatchObject({ state: to, updatedAt: now, createdAt: 1 });
  expect(step.move).toEqual({ to, stock, reserved });
});

test.each([
  ["confirm", "CONFIRMED"],
  ["release", "RELEASED"],
  ["return", "RETURNED"],
] as const)("%s again, when it is %s, changes nothing", (type, state) => {
  const current = reservation(state);
  expect(decide({ type, orderId: "o" }, current, around(product()))).toEqual({ after: current });
});

test.each([
  ["confirm", "RELEASED", []],
  ["confirm", "RETURNED", []],
  ["release", "CONFIRMED", ["RETURNED"]],
  ["release", "RETURNED", []],
  ["return", "HELD", ["CONFIRMED", "RELEASED", "EXPIRED"]],
  ["return", "RELEASED", []],
  ["return", "EXPIRED", ["HELD", "CONFIRMED", "RELEASED"]],
] as const)("%s of what is %s is refused and says what may follow", (type, state, allowed) => {
  expect(refusal(() => decide({ type, orderId: "o" }, reservation(state), around(product())))).toMatchObject({
    status: 409,
    code: "invalid-transition",
    members: { state, allowed },
  });
});

test("an order id that is not known: release leaves a tombstone, confirm and return find nothing", () => {
  const { after, move } = decide({ type: "release", orderId: "o" }, undefined, around());
  expect(after).toMatchObject({ state: "RELEASED", lines: [] });
  expect(move).toMatchObject({ stock: 0, reserved: 0 });
  for (const type of ["confirm", "return"] as const)
    expect(refusal(() => decide({ type, orderId: "o" }, undefined, around()))).toMatchObject({ status: 404 });
});

test("only what is held and past its time expires", () => {
  const expire = { type: "expire", orderId: "o" } as const;
  const past = decide(expire, reservation("HELD", { expiresAt: now }), around(product()));
  expect(past.after.state).toBe("EXPIRED");
  expect(past.move).toEqual({ to: "EXPIRED", stock: 0, reserved: -1 });
  for (const current of [
    reservation("HELD", { expiresAt: now + 1 }),
    ...states.filter((state) => state !== "HELD").map((state) => reservation(state, { expiresAt: 0 })),
  ])
    expect(decide(expire, current, around(product()))).toEqual({ after: current });
});

test("a confirm of what has expired needs the stock again, also of a product that is not sold any more", () => {
  const confirm = { type: "confirm", orderId: "o" } as const;
  expect(decide(confirm, reservation("EXPIRED"), around(product({ active: false, price: 1 }))).after.state).toBe(
    "CONFIRMED",
  );
  expect(refusal(() => decide(confirm, reservation("EXPIRED"), around(product({ reserved: 4 }))))).toMatchObject({
    code: "insufficient-stock",
    members: { shortages: [{ product_id: 1, requested: 2, available: 1 }] },
  });
});

test("a hold sums up what is asked for twice and keeps the names of the moment", () => {
  const { after, move } = decide(hold([item, { ...item, quantity: 3 }]), undefined, around(product()));
  expect(after).toEqual({
    orderId: "o",
    state: "HELD",
    lines: [{ productId: 1, quantity: 5, price: 1000, sku: "LAMP", name: "Lamp" }],
    expiresAt: now + 60_000,
    createdAt: now,
    updatedAt: now,
  });
  expect(move).toEqual({ to: "HELD", stock: 0, reserved: 1 });
});

test("a hold asked for again is extended, never shortened", () => {
  const current = reservation("HELD");
  expect(decide(hold([item], 90_000), current, around(product())).after.expiresAt).toBe(now + 90_000);
  expect(decide(hold([item], 1000), current, around(product())).after.expiresAt).toBe(current.expiresAt);
  expect(decide(hold(), current, around(product())).move).toBeUndefined();
});

test("a hold keeps its price when the product's moves, and what is confirmed stays as it is", () => {
  expect(decide(hold(), reservation("HELD"), around(product({ price: 1 }))).after.state).toBe("HELD");
  const confirmed = reservation("CONFIRMED");
  expect(decide(hold([item], 90_000), confirmed, around(product()))).toEqual({ after: confirmed });
});

test("an expired one is held again, as if new, when the same is asked for", () => {
  const { after, move } = decide(hold(), reservation("EXPIRED", { expiresAt: 5 }), around(product()));
  expect(after).toMatchObject({ state: "HELD", expiresAt: now + 60_000, createdAt: 1 });
  expect(move).toMatchObject({ reserved: 1 });
  expect(refusal(() => decide(hold(), reservation("EXPIRED"), around(product({ stock: 1 }))))).toMatchObject({
    code: "insufficient-stock",
  });
  expect(refusal(() => decide(hold(), reservation("EXPIRED"), around(product({ price: 1 }))))).toMatchObject({
    code: "price-changed",
  });
});

test.each([
  ["HELD", [{ ...item, quantity: 3 }]],
  ["HELD", [{ ...item, price: 1001 }]],
  ["HELD", [item, { ...item, productId: 2 }]],
  ["CONFIRMED", [{ ...item, quantity: 3 }]],
  ["EXPIRED", [{ ...item, quantity: 3 }]],
  ["RELEASED", [item]],
  ["RETURNED", [item]],
] as const)("a hold under an id that is %s conflicts with %j", (state, items) => {
  expect(refusal(() => decide(hold(items), reservation(state), around(product())))).toMatchObject({
    status: 409,
    code: "reservation-conflict",
    members: { state },
  });
});

test("what refuses a hold names every line that it concerns, the worst reason first", () => {
  const items = [1, 2, 3].map((productId) => ({ ...item, productId }));
  const second = (fields: Partial<Product>) => product({ ...fields, id: 2 });
  const refused = (...products: Product[]) => refusal(() => decide(hold(items), undefined, around(...products)));
  expect(refused(second({ active: false }))).toMatchObject({
    status: 422,
    code: "unknown-product",
    members: { product_ids: [1, 3] },
  });
  const third = product({ id: 3, active: false, price: 5 });
  expect(refused(product(), second({ price: 1001 }), third)).toMatchObject({
    status: 409,
    code: "inactive-product",
    members: { product_ids: [3] },
  });
  expect(refused(product({ stock: 0 }), second({ price: 1001 }), product({ id: 3, price: 5 }))).toMatchObject({
    status: 409,
    code: "price-changed",
    members: {
      prices: [
        { product_id: 2, given: 10, current: 10.01 },
        { product_id: 3, given: 10, current: 0.05 },
      ],
    },
  });
  expect(refused(product({ stock: 0 }), second({ reserved: 4 }), product({ id: 3 }))).toMatchObject({
    status: 409,
    code: "insufficient-stock",
    members: {
      shortages: [
        { product_id: 1, requested: 2, available: 0 },
        { product_id: 2, requested: 2, available: 1 },
      ],
    },
  });
});
