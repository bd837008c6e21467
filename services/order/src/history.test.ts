import { openTestDatabase } from "@shop/platform/testing";
import { migrations } from "./migrations.ts";
import { fold } from "./order-events.ts";
import { createOrderStore } from "./order-store.ts";
import { editOrders } from "./testing/edit-orders.ts";
import { startOrderService, type TestShop } from "./testing/start-order-service.ts";

let shop: TestShop;
beforeEach(async () => {
  shop = await startOrderService();
});
afterEach(() => shop.close());

const another = "0190a000-0000-7000-8000-00000000beef";

/** Stops the service and looks at what it left: each order with what its events make of it. */
async function stored(ids: readonly string[]) {
  await shop.stop();
  const database = await openTestDatabase(migrations, `${shop.dataDir}/orders.db`);
  const store = createOrderStore(database);
  const found = [];
  for (const id of ids) {
    const events = await store.events(id);
    found.push({ order: await store.read(id), folded: fold(events), types: events.map(({ event }) => event.type) });
  }
  await database.close();
  return found;
}

it("of every kind of order makes that order", async () => {
  const { tell, call, eventually, catalog } = shop;
  const whole = { refunded: 10.5, status: "REFUNDED", version: 3 };
  const act = (id: string, what: string) => call("POST", `/orders/${id}/${what}`);

  const open = await shop.place();
  await tell(open, "failed");
  await tell(open, "succeeded", { amount: 10, id: another });

  await catalog.mode("fail");
  const unverified = await shop.place();
  await catalog.mode("ok");
  await shop.payable(unverified.id, 10.5);

  const cancelled = await shop.place();
  await act(cancelled.id, "cancel");
  await tell(cancelled, "succeeded");
  await eventually(cancelled.id, { hold: "released" });

  const fulfilled = await shop.place();
  await tell(fulfilled, "succeeded");
  await eventually(fulfilled.id, { hold: "confirmed" });
  await act(fulfilled.id, "fulfil");
  await tell(fulfilled, "refunded", { refunded: 1, version: 3 });

  const refunded = await shop.place();
  await tell(refunded, "succeeded");
  await tell(refunded, "refunded", whole);
  await tell(refunded, "succeeded", { id: another });
  await eventually(refunded.id, { hold: "returned" });

  const stockless = await shop.place();
  catalog.refuse({ status: 409, code: "insufficient-stock", shortages: [] });
  await tell(stockless, "succeeded");
  await eventually(stockless.id, { hold: "released" });
  await tell(stockless, "refunded", whole);

  const kinds = [open, unverified, cancelled, fulfilled, refunded, stockless];
  const found = await stored(kinds.map(({ id }) => id));
  for (const { order, folded } of found) expect(folded).toEqual(order);
  expect(found.map(({ order }) => order?.status)).toEqual([
    ...["PENDING", "PENDING", "CANCELLED", "FULFILLED", "REFUNDED", "REFUNDED"],
  ]);
  const kindsOfEvents = new Set(found.flatMap(({ types }) => types));
  expect([...kindsOfEvents].sort()).toEqual([
    ...["cancelled", "fulfilled", "hold_confirmed", "hold_released", "hold_returned", "paid", "payment_after_close"],
    ...["payment_failed", "payment_mismatch", "placed", "refunded", "stock_gone", "verified"],
  ]);
});

describe("a person who is erased", () => {
  it("stands in no order and no event any more; what was sold and paid does", async () => {
    const orders = [];
    for (let count = 0; count < 3; count += 1) orders.push(await shop.place(undefined, "alice"));
    const [first = orders[0]] = orders;
    await shop.tell(first, "succeeded");
    const paid = await shop.eventually(first.id, { hold: "confirmed" });
    const other = await shop.place(undefined, "bob");

    expect(await shop.call("DELETE", "/users/alice")).toMatchObject({ status: 200, body: { orders: 3 } });
    expect((await shop.call("GET", "/orders?user_id=alice")).body).toEqual([]);
    const erased = await shop.get(first.id);
    expect(erased.user_id).toMatch(/^erased-[0-9a-f-]{36}$/);
    expect(erased).toEqual({ ...paid, user_id: erased.user_id });
    expect((await shop.call("GET", `/orders?user_id=${erased.user_id}`)).body).toHaveLength(3);
    expect(JSON.stringify(await shop.events(first.id))).not.toContain("alice");
    expect((await shop.get(other.id)).user_id).toBe("bob");
    expect((await shop.call("DELETE", "/users/alice")).body).toEqual({ orders: 0 });
    for (const { order, folded } of await stored(orders.map(({ id }) => id))) expect(folded).toEqual(order);
  });

  it("is erased from more orders than one unit of work takes", async () => {
    const { id } = await shop.place(undefined, "alice");
    await shop.stop();
    await editOrders(
      shop.dataDir,
      `INSERT INTO orders SELECT printf('%s%04d', substr(id, 1, 32), n.value) AS id, user_id, status, verification, hold,
         currency, total, refunded, payment_id, payment_version, reason, created_at, updated_at, expires_at, seq, noted
       FROM orders, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 450) SELECT * FROM n) AS n
       WHERE id = ?`,
      [id],
    );
    const again = await startOrderService({ DATA_DIR: shop.dataDir });
    expect((await again.call("DELETE", "/users/alice")).body).toEqual({ orders: 451 });
    expect((await again.call("GET", "/orders?user_id=alice")).body).toEqual([]);
    await again.close();
  });
});
