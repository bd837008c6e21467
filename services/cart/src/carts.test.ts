import { type Database, Problem } from "@shop/platform";
import { openTestDatabase } from "@shop/platform/testing";
import { addLine, type Cart, clear, emptyCart, merge, removeLine } from "./cart.ts";
import { beginCheckout } from "./cart-checkout.ts";
import { statements } from "./cart-store.ts";
import { createCarts } from "./carts.ts";
import { applyVerdicts, type Verdict } from "./line-check.ts";
import { migrations } from "./migrations.ts";

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase(migrations);
});
afterEach(() => database.close());

const cartsOf = () => createCarts({ database, now: () => 5000, queueLimit: 2048 });
const said = (id: number): Verdict => ({
  product: { id, sku: `S${id}`, name: `N${id}`, price: 500, available: 99, active: true },
  at: 1000,
});
const one = (id: number) => (cart: Cart) => addLine(cart, id, 1, said(id));
const soon = () => performance.now() + 5000;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

test("a cart comes back from the store exactly as it was put there", async () => {
  const carts = cartsOf();
  const change = (cart: Cart) => {
    const unverified = addLine(addLine(cart, 7, 2, said(7)), 3, 1, undefined);
    const gone = applyVerdicts(unverified, new Map([[7, { product: undefined, at: 2000 }]]));
    return {
      ...gone,
      checkout: { id: "0".repeat(36), lines: [{ productId: 7, quantity: 2, price: 500 }], unsettled: 1 },
    };
  };
  const stored = await carts.change("ann", change);
  expect(stored).toMatchObject({ version: 1, updatedAt: 5000 });
  expect(await cartsOf().get("ann")).toEqual(stored);
  const emptied = await carts.change("ann", clear);
  expect(await cartsOf().get("ann")).toEqual(emptied);
  expect(await cartsOf().get("bob")).toEqual(emptyCart("bob"));
});

test("changes of one cart that come together are applied one after another, and a refused one refuses alone", async () => {
  const carts = cartsOf();
  const refuse = () => {
    throw new Problem(409, "cart-limit", "no");
  };
  const results = await Promise.allSettled(
    times(60, (index) => carts.change("ann", index % 3 === 2 ? refuse : one(1 + (index % 3)))),
  );
  expect(results.filter((result) => result.status === "rejected")).toHaveLength(20);
  const [, second] = results;
  // Each is answered with the cart as it was after its own change.
  expect(second).toMatchObject({ value: { version: 2, lines: [{ quantity: 1 }, { quantity: 1 }] } });
  expect(await cartsOf().get("ann")).toMatchObject({ version: 40, lines: [{ quantity: 20 }, { quantity: 20 }] });
});

test("a change that changes nothing writes nothing", async () => {
  const carts = cartsOf();
  await carts.change("ann", one(1));
  expect(await carts.change("ann", (cart) => removeLine(cart, 9))).toMatchObject({ version: 1 });
  expect(await carts.change("bob", clear)).toMatchObject({ version: 0, updatedAt: null });
});

test("two writers with caches of their own lose nothing", async () => {
  const [here, there] = [cartsOf(), cartsOf()];
  const change = (index: number) => (index % 2 ? here : there).change(index % 3 ? "ann" : "bob", one(1));
  await Promise.all(times(90, change));
  expect(await cartsOf().get("ann")).toMatchObject({ version: 60, lines: [{ quantity: 60 }] });
  expect(await cartsOf().get("bob")).toMatchObject({ version: 30, lines: [{ quantity: 30 }] });
});

test("a change of two carts is stored whole or not at all, and loses nothing to those beside it", async () => {
  const carts = cartsOf();
  const moved = (source: Cart, target: Cart): [Cart, Cart] => {
    const merged = merge(source, target);
    return [merged.source, merged.target];
  };
  await Promise.all(
    times(40, (index) => {
      if (index % 4 === 3) return carts.changeBoth("ann", "bob", moved);
      return carts.change(index % 2 ? "ann" : "bob", one(1 + (index % 2)));
    }),
  );
  await carts.changeBoth("ann", "bob", moved);
  const fresh = cartsOf();
  expect((await fresh.get("ann")).lines).toEqual([]);
  const found = (await fresh.get("bob")).lines.map((line) => [line.productId, line.quantity]);
  expect(found.sort()).toEqual([
    [1, 20],
    [2, 10],
  ]);
});

test("a cart that was never used is not loaded into another's place", async () => {
  const carts = cartsOf();
  await Promise.all(times(200, (index) => carts.change(`user${index}`, one(1 + (index % 5)))));
  const fresh = cartsOf();
  const found = await Promise.all(times(200, (index) => fresh.get(`user${index}`)));
  expect(found.map((cart) => [cart.userId, cart.lines[0]?.productId])).toEqual(
    times(200, (index) => [`user${index}`, 1 + (index % 5)]),
  );
});

test("an erased cart leaves nothing behind, and what is put into it with that begins anew", async () => {
  const carts = cartsOf();
  const rows = async () => (await database.read("carts").count({ count: "*" }))[0]?.count;
  await Promise.all(["ann", "bob"].map((user) => carts.change(user, one(1))));
  await Promise.all([carts.get("ann"), carts.erase("ann", soon()), carts.get("ann")]);
  expect([await rows(), await carts.get("ann")]).toEqual([1, emptyCart("ann")]);
  await carts.erase("ann", soon());
  await Promise.all([carts.change("bob", one(2)), carts.erase("bob", soon()), carts.change("bob", one(3))]);
  expect(await cartsOf().get("bob")).toEqual(await carts.get("bob"));
  await carts.erase("bob", soon());
  expect([await rows(), await database.read("cart_lines").select("*")]).toEqual([0, []]);
  expect(await carts.change("bob", one(3))).toMatchObject({ version: 1, lines: [{ productId: 3, quantity: 1 }] });
});

test("a change whose answer cannot be kept, because its key was taken over, is not made, and fails alone", async () => {
  const carts = cartsOf();
  const claim = { resourceId: "r", caller: "shop", key: "k", holder: "gone:1" };
  const answers = () => [{ claim, answer: { status: 200, body: {} } }];
  const [lost, other] = await Promise.allSettled([
    carts.change("ann", one(1), soon(), answers),
    carts.change("ann", one(2), soon()),
  ]);
  expect([lost, other]).toMatchObject([{ reason: { code: "idempotency-in-flight" } }, { status: "fulfilled" }]);
  for (const all of [carts, cartsOf()])
    expect(await all.get("ann")).toMatchObject({ version: 1, lines: [{ productId: 2 }] });
});

test("the database refuses what no cart may hold", async () => {
  await cartsOf().change("ann", one(1));
  const set = (change: string) => database.write((trx) => trx.raw(`UPDATE cart_lines SET ${change}`));
  await expect(set("quantity = 100")).rejects.toThrow("CHECK");
  await expect(set("price = NULL")).rejects.toThrow("CHECK");
  await expect(database.write((trx) => trx.raw("DELETE FROM carts"))).rejects.toThrow("FOREIGN KEY");
});

test.each(Object.entries(statements))("%s finds its rows by key", async (_name, sql) => {
  const plan: { detail: string }[] = await database.read.raw(
    `EXPLAIN QUERY PLAN ${sql}`,
    sql.includes("LIMIT ?") ? [1, 1] : ["[]"],
  );
  const scans = plan.map((step) => step.detail).filter((detail) => /SCAN (?!.*VIRTUAL TABLE)|TEMP B-TREE/.test(detail));
  expect(scans).toEqual([]);
});

test("a begun checkout keeps its id across a restart", async () => {
  const begin = (id: string) => (cart: Cart) => beginCheckout(cart, id.repeat(36));
  await cartsOf().change("ann", one(1));
  await cartsOf().change("ann", begin("a"));
  const again = await cartsOf().change("ann", begin("b"));
  expect(again.checkout).toMatchObject({ id: "a".repeat(36), unsettled: 2 });
});
