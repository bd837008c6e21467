import type { Database } from "@shop/platform";
import { openTestDatabase } from "@shop/platform/testing";
import { migrations } from "./migrations.ts";
import { transition } from "./order.ts";
import { fold, placedOrder } from "./order-events.ts";
import { createdAtOf, lowestIdAt, newOrderId } from "./order-id.ts";
import { createOrderStore, type OrderStore } from "./order-store.ts";
import { placed } from "./testing/placed.ts";

let database: Database;
let store: OrderStore;
beforeEach(async () => {
  database = await openTestDatabase(migrations);
  store = createOrderStore(database);
});
afterEach(() => database.close());

const options = { deadline: Number.POSITIVE_INFINITY };
const event = placed({
  items: [2, 1, 3].map((product_id) => ({ product_id, sku: null, name: null, quantity: 1, price: product_id * 100 })),
  verification: "pending",
  hold: "none",
});

async function insert() {
  const id = newOrderId();
  const at = createdAtOf(id);
  const order = placedOrder(id, event, at);
  await store.inTransaction((store) => store.insert([order], [{ order_id: id, seq: 1, event, at }]), options);
  return order;
}

it("gives back what was stored, from the cache and from the disk", async () => {
  const order = await insert();
  expect(await store.find(order.id)).toEqual(order);
  expect(await store.read(order.id)).toEqual(order);
  expect(await createOrderStore(database).find(order.id)).toEqual(order);
  expect(await store.find(newOrderId())).toBeUndefined();
  expect(fold(await store.events(order.id))).toEqual(order);
});

it("stores a change with its event, and shows it at once", async () => {
  const before = await insert();
  const items = before.items.map((item) => ({ ...item, sku: `S${item.product_id}`, name: "N" }));
  const event = { type: "verified", data: { items, expires_at: before.expires_at + 1 } } as const;
  const after = transition(before, event, before.updated_at + 5);
  await store.find(before.id);
  const record = { order_id: before.id, seq: 2, event, at: after.updated_at };
  await store.inTransaction((store) => store.update([{ before, after }], [record]), options);
  expect(await store.find(before.id)).toEqual(after);
  expect(await store.read(before.id)).toEqual(after);
  expect(fold(await store.events(before.id))).toEqual(after);
});

it("refuses a change that was decided on an older order, and writes nothing of it", async () => {
  const before = await insert();
  const cancel = { type: "cancelled", data: { reason: "first" } } as const;
  const after = transition(before, cancel, before.updated_at);
  const record = { order_id: before.id, seq: 2, event: cancel, at: after.updated_at };
  const write = () => store.inTransaction((store) => store.update([{ before, after }], [record]), options);
  await write();
  await expect(write()).rejects.toMatchObject({ status: 503, code: "overloaded" });
  expect(await store.events(before.id)).toHaveLength(2);
});

it("keeps nothing of an order that the database refuses", async () => {
  const id = newOrderId();
  const order = { ...placedOrder(id, event, 1), total: -1 };
  await expect(store.inTransaction((store) => store.insert([order], []), options)).rejects.toThrow();
  expect(await store.find(id)).toBeUndefined();
});

it("counts by status", async () => {
  await insert();
  await insert();
  expect(await store.counts()).toEqual({ PENDING: 2 });
});

it("reads every list and every order by an index, in its order", async () => {
  const order = await insert();
  const asked: { sql: string; bindings: string[] }[] = [];
  database.read.on("query", (query) => asked.push(query));
  const fresh = createOrderStore(database);
  for (const user_id of [undefined, "user1"])
    for (const status of [undefined, "PENDING" as const])
      for (const fromId of [undefined, lowestIdAt(0)])
        expect(await fresh.list({ user_id, status, fromId }, 10)).toEqual([order]);
  await fresh.find(order.id);
  await fresh.events(order.id);
  expect(await fresh.due(order.expires_at, 10)).toEqual([order.id]);
  expect(await fresh.unverified("", 10)).toEqual([order.id]);
  expect(await fresh.unsettled({ updated_at: 0, id: "" }, order.updated_at, 10)).toEqual([]);

  expect(asked).toHaveLength(13);
  for (const { sql, bindings } of [...asked]) {
    const plan: { detail: string }[] = await database.read.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings);
    const steps = plan.map(({ detail }) => detail).filter((detail) => !detail.startsWith("SCAN json_each"));
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) expect(step).not.toMatch(/SCAN|TEMP B-TREE/);
  }
});

it("ids sort by age and tell it", () => {
  const before = Date.now();
  const ids = Array.from({ length: 1000 }, newOrderId);
  expect(ids.toSorted()).toEqual(ids);
  const [first = ""] = ids;
  expect(createdAtOf(first)).toBeGreaterThanOrEqual(before);
  expect(lowestIdAt(createdAtOf(first)) <= first).toBe(true);
  expect(lowestIdAt(createdAtOf(first) + 1) > first).toBe(true);
});
