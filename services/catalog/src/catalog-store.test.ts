import { currency, type Database } from "@shop/platform";
import { openTestDatabase } from "@shop/platform/testing";
import { v7 } from "uuid";
import { type CatalogStore, createCatalogStore } from "./catalog-store.ts";
import { migrations } from "./migrations.ts";
import { productSorts } from "./product-listing.ts";
import { createReservations } from "./settle-reservations.ts";

let database: Database;
let store: CatalogStore;

beforeEach(async () => {
  database = await openTestDatabase(migrations);
  store = createCatalogStore(database);
});
afterEach(() => database.close());

const lamp = { sku: "LAMP", name: "Lamp", description: "", price: 1000, stock: 10, active: true };
const insert = (fields: Partial<typeof lamp> = {}) =>
  store.inTransaction(({ products }) => products.insert({ ...lamp, ...fields }, 1));
const soon = () => performance.now() + 5000;

/** The plans of all statements that `read` runs. */
async function plansOf(read: () => Promise<unknown>): Promise<string[]> {
  const statements: { sql: string; bindings: readonly string[] }[] = [];
  const note = (statement: (typeof statements)[number]) => statements.push(statement);
  database.read.on("query", note);
  await read();
  database.read.removeListener("query", note);
  expect(statements.length).toBeGreaterThan(0);
  const plans = statements.map(async ({ sql, bindings }) => {
    const steps: { detail: string }[] = await database.read.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings);
    return steps.map((step) => step.detail);
  });
  return (await Promise.all(plans)).flat();
}

/** A walk over a whole table or a sort; a walk over what was handed in as JSON is none. */
const bad = (plans: readonly string[]) =>
  plans.filter((step) => /TEMP B-TREE/.test(step) || (/^SCAN (?!json_each)/.test(step) && !/USING .*INDEX/.test(step)));

const filters = { q: "la", active: true, in_stock: true, min_price: 1, max_price: 5000 };
test.each(productSorts)(
  "products sorted by %s are read from an index, on the first page and on the next",
  async (sort) => {
    const isId = sort.endsWith("id");
    const after = isId ? [5] : [sort.endsWith("name") ? "Lamp" : 1000, 5];
    for (const filter of [{}, filters, { after }, { after, ...filters }])
      expect(bad(await plansOf(() => store.products.list({ sort, limit: 10, ...filter })))).toEqual([]);
  },
);

test("every other read finds its rows by an index", async () => {
  const after = v7();
  const reads: (() => Promise<unknown>)[] = [
    () => store.products.byIds([1, 2]),
    () => store.products.movements(1, 100, 10),
    () => store.reservations.byIds([after]),
    () => store.reservations.list({ after: "", limit: 10 }),
    () => store.reservations.list({ after, limit: 10, state: "HELD", createdUntil: 5 }),
    () => store.reservations.due(5, 10),
    () => store.reservations.closedBefore(5, 10),
    () => store.reservations.countByState(),
  ];
  for (const read of reads) expect(bad(await plansOf(read))).toEqual([]);
});

test("stock that was counted on an edit that is stale, or that is not there, is not written at all", async () => {
  const { id } = await insert();
  const other = await insert({ sku: "OTHER" });
  const hold = { productId: id, stock: 0, reserved: 4, version: 1 };
  for (const wrong of [
    { ...hold, productId: other.id, version: 2 },
    { ...hold, productId: other.id, reserved: 11 },
    { ...hold, productId: other.id, reserved: -1 },
    { ...hold, productId: 99 },
  ])
    await expect(store.inTransaction(({ products }) => products.changeStock([hold, wrong]))).rejects.toThrow("moved");
  expect((await store.products.byIds([id, other.id])).map((product) => product.reserved)).toEqual([0, 0]);
});

test("a reservation that moved since it was read is not written", async () => {
  const reservation = { orderId: v7(), state: "HELD" as const, lines: [], expiresAt: 9, createdAt: 1, updatedAt: 1 };
  await store.inTransaction(({ reservations }) => reservations.write({ added: [reservation], moved: [] }));
  const move = { was: "EXPIRED" as const, reservation: { ...reservation, state: "CONFIRMED" as const } };
  await expect(
    store.inTransaction(({ reservations }) => reservations.write({ added: [], moved: [move] })),
  ).rejects.toThrow("moved");
  expect((await store.reservations.byIds([reservation.orderId]))[0]?.state).toBe("HELD");
});

test("the database itself refuses what must never be", async () => {
  const { id } = await insert();
  for (const wrong of ["reserved = -1", "reserved = 11", "stock = -1", "price = 0", "active = 2", "name = ''"]) {
    const act = database.write((trx) => trx.raw(`UPDATE products SET ${wrong} WHERE id = ?`, [id]));
    await expect(act).rejects.toThrow("CHECK");
  }
  const state = database.write((trx) => trx.raw("INSERT INTO reservations VALUES ('o', 'LOST', 1, 1, 1)"));
  await expect(state).rejects.toThrow("CHECK");
});

test("holds past their time expire and free their stock; held again meanwhile, they stay", async () => {
  const { id } = await insert();
  let now = 1_000_000;
  const changed: number[][] = [];
  const reservations = createReservations({
    store,
    unit: currency("USD"),
    stockChanged: (ids) => changed.push([...ids]),
    now: () => now,
  });
  const hold = (orderId: string, ttlMs: number) =>
    reservations.settle({ type: "hold", orderId, items: [{ productId: id, quantity: 2, price: 1000 }], ttlMs }, soon());
  const [short, extended, long] = [v7(), v7(), v7()];
  await hold(short, 1000);
  await hold(extended, 1000);
  await hold(long, 9000);
  now += 1000;
  const [, swept] = await Promise.all([hold(extended, 9000), reservations.expireDue(10, soon())]);
  expect(swept).toEqual({ due: 2, expired: 1 });
  const states = await store.reservations.byIds([short, extended, long]);
  expect(states.map(({ state }) => state)).toEqual(["EXPIRED", "HELD", "HELD"]);
  expect((await store.products.byIds([id]))[0]).toMatchObject({ stock: 10, reserved: 4 });
  expect(changed.at(-1)).toEqual([id]);
  expect(await reservations.expireDue(10, soon())).toEqual({ due: 0, expired: 0 });
  expect((await hold(short, 1000)).reservation.state).toBe("HELD");
});

test("a command whose time is up is refused alone, and does nothing", async () => {
  const { id } = await insert();
  const reservations = createReservations({ store, unit: currency("USD"), stockChanged: () => {} });
  const hold = (deadline: number) =>
    reservations.settle(
      { type: "hold", orderId: v7(), items: [{ productId: id, quantity: 1, price: 1000 }], ttlMs: 9 },
      deadline,
    );
  const [late, inTime] = await Promise.allSettled([hold(performance.now() - 1), hold(soon())]);
  expect(late).toMatchObject({ status: "rejected", reason: { status: 503, code: "overloaded" } });
  expect(inTime.status).toBe("fulfilled");
  expect((await store.products.byIds([id]))[0]?.reserved).toBe(1);
});
