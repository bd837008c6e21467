import { v7 } from "uuid";
import { broken, startCatalog, type TestCatalog } from "./testing/start-catalog.ts";

let catalog: TestCatalog;
beforeEach(async () => {
  catalog = await startCatalog();
});
afterEach(() => catalog.stop());

const put = (orderId: string, items: unknown, ttl = 600) =>
  catalog.call("PUT", `/reservations/${orderId}`, { body: { items, ttl_s: ttl } });
const count = <Value>(values: readonly Value[], wanted: Value) => values.filter((value) => value === wanted).length;

test("a hold sets stock aside, a confirm takes it, a return puts it back, each as often as it is asked", async () => {
  const { id } = await catalog.product();
  const orderId = v7();
  const items = [
    { product_id: id, price: 10 },
    { product_id: id, quantity: 2, price: 10 },
  ];
  const held = await put(orderId, items);
  expect(held).toMatchObject({
    status: 201,
    body: {
      order_id: orderId,
      state: "HELD",
      lines: [{ product_id: id, name: "Lamp", price: 10, currency: "USD", quantity: 3 }],
    },
  });
  expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 3, available: 7 });
  const extended = await put(orderId, items, 7200);
  expect(extended.status).toBe(200);
  expect(Date.parse(extended.body.expires_at)).toBeGreaterThan(Date.parse(held.body.expires_at));
  expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 3, available: 7 });
  for (const _ of [1, 2]) {
    expect(await catalog.move(orderId, "confirm")).toMatchObject({ status: 200, body: { state: "CONFIRMED" } });
    expect(await catalog.stockOf(id)).toEqual({ stock: 7, reserved: 0, available: 7 });
  }
  expect(await put(orderId, items)).toMatchObject({ status: 200, body: { state: "CONFIRMED" } });
  for (const _ of [1, 2]) {
    expect(await catalog.move(orderId, "return")).toMatchObject({ status: 200, body: { state: "RETURNED" } });
    expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 0, available: 10 });
  }
  const { body: movements } = await catalog.call("GET", `/products/${id}/stock-movements`);
  expect(movements).toMatchObject([
    { delta: 3, reason: "returned", order_id: orderId },
    { delta: -3, reason: "sold", order_id: orderId },
    { delta: 10, reason: "initial stock", order_id: null },
  ]);
  expect((await catalog.call("GET", "/reservations")).body).toMatchObject([{ order_id: orderId, state: "RETURNED" }]);
});

test("a release frees the stock, and bars a hold that comes after, even under an id never seen", async () => {
  const { id } = await catalog.product();
  const { body } = await catalog.hold(id, 4);
  expect(await catalog.move(body.order_id, "release")).toMatchObject({ status: 200, body: { state: "RELEASED" } });
  expect(await catalog.move(body.order_id, "release")).toMatchObject({ status: 200, body: { state: "RELEASED" } });
  const unseen = v7();
  expect(await catalog.move(unseen, "release")).toMatchObject({ status: 200, body: { state: "RELEASED", lines: [] } });
  for (const orderId of [body.order_id, unseen])
    expect(await catalog.hold(id, 4, orderId)).toMatchObject({
      status: 409,
      body: { code: "reservation-conflict", state: "RELEASED" },
    });
  expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 0, available: 10 });
});

test("what cannot be held is refused whole, with the reason for each line", async () => {
  const { id } = await catalog.product();
  const { id: other } = await catalog.product();
  const line = (product_id: number, quantity = 1, price = 10) => ({ product_id, quantity, price });
  expect(await put(v7(), [line(id, 2), line(other, 11)])).toMatchObject({
    status: 409,
    body: { code: "insufficient-stock", shortages: [{ product_id: other, requested: 11, available: 10 }] },
  });
  expect(await put(v7(), [line(id, 1, 9.99), line(other)])).toMatchObject({
    status: 409,
    body: { code: "price-changed", prices: [{ product_id: id, given: 9.99, current: 10 }] },
  });
  expect(await put(v7(), [line(id), line(99)])).toMatchObject({
    status: 422,
    body: { code: "unknown-product", product_ids: [99] },
  });
  const orderId = v7();
  await put(orderId, [line(id)]);
  expect(await put(orderId, [line(id, 2)])).toMatchObject({
    status: 409,
    body: { code: "reservation-conflict", state: "HELD" },
  });
  expect((await catalog.stockOf(id)).reserved).toBe(1);
  expect((await catalog.stockOf(other)).reserved).toBe(0);
});

test("a confirm or return of what is not there is not found; a wrong one says where the reservation stands", async () => {
  const { id } = await catalog.product();
  for (const how of ["confirm", "return"] as const) {
    expect((await catalog.move(v7(), how)).status).toBe(404);
    expect((await catalog.move("not-a-uuid", how)).status).toBe(404);
  }
  const { body } = await catalog.hold(id);
  await catalog.move(body.order_id, "confirm");
  expect(await catalog.move(body.order_id, "release")).toMatchObject({
    status: 409,
    body: { code: "invalid-transition", state: "CONFIRMED", allowed: ["RETURNED"] },
  });
});

test.each([
  [{ items: [], ttl_s: 60 }, "/body/items"],
  [{ items: [{ product_id: 1, quantity: 100, price: 1 }], ttl_s: 60 }, "/body/items/0/quantity"],
  [{ items: [{ product_id: "1", price: 1 }], ttl_s: 60 }, "/body/items/0/product_id"],
  [{ items: [{ product_id: 1 }], ttl_s: 60 }, "/body/items/0/price"],
  [{ items: [{ product_id: 1, price: 1 }], ttl_s: 7201 }, "/body/ttl_s"],
  [{ items: [{ product_id: 1, price: 1 }] }, "/body/ttl_s"],
  [{ items: [{ product_id: 1, price: 1 }], ttl_s: 60, user: 1 }, "/body/user"],
])("the hold %j is refused at %s", async (body, pointer) => {
  const answer = await catalog.call("PUT", `/reservations/${v7()}`, { body });
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
});

test("a batch gives each order its own result, in the order asked", async () => {
  const { id } = await catalog.product();
  const [first, second, third] = [v7(), v7(), v7()];
  const hold = (order_id: string, quantity: number, price = 10) => ({
    order_id,
    items: [{ product_id: id, quantity, price }],
    ttl_s: 60,
  });
  const reservations = [hold(first, 8), hold(second, 8), hold(third, 1, 9), hold(first, 8)];
  const { body } = await catalog.call("POST", "/reservations", { body: { reservations } });
  expect(body.results).toMatchObject([
    { order_id: first, status: 201, reservation: { state: "HELD" } },
    { order_id: second, status: 409, problem: { code: "insufficient-stock", shortages: [{ available: 2 }] } },
    { order_id: third, status: 409, problem: { code: "price-changed", prices: [{ given: 9, current: 10 }] } },
    { order_id: first, status: 200, reservation: { state: "HELD" } },
  ]);
  const confirmed = await catalog.call("POST", "/reservations/confirm", {
    body: { order_ids: [second, first, first] },
  });
  expect(confirmed.body.results).toMatchObject([
    { order_id: second, status: 404, problem: { code: "not-found" } },
    { order_id: first, status: 200, state: "CONFIRMED" },
    { order_id: first, status: 200, state: "CONFIRMED" },
  ]);
  expect(await catalog.stockOf(id)).toEqual({ stock: 2, reserved: 0, available: 2 });
  const tooMany = Array.from({ length: 65 }, () => v7());
  expect((await catalog.call("POST", "/reservations/confirm", { body: { order_ids: tooMany } })).status).toBe(422);
});

test("200 holds of one at once on a stock of 10: exactly 10 are held", async () => {
  const { id } = await catalog.product();
  const answers = await Promise.all(Array.from({ length: 200 }, () => catalog.hold(id)));
  const statuses = answers.map(({ status }) => status);
  expect([count(statuses, 201), count(statuses, 409)]).toEqual([10, 190]);
  expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 10, available: 0 });
});

test("200 holds of one at once, single ones and batches mixed, on a stock of 10: exactly 10 are held", async () => {
  const { id } = await catalog.product();
  const item = { product_id: id, quantity: 1, price: 10 };
  const batch = async () => {
    const reservations = Array.from({ length: 10 }, () => ({ order_id: v7(), items: [item], ttl_s: 60 }));
    const { body } = await catalog.call("POST", "/reservations", { body: { reservations } });
    return (body.results as { status: number }[]).map(({ status }) => status);
  };
  const single = async () => [(await catalog.hold(id)).status];
  const work = Array.from({ length: 110 }, (_, index) => (index % 11 === 0 ? batch() : single()));
  const statuses = (await Promise.all(work)).flat();
  expect(statuses).toHaveLength(200);
  expect([count(statuses, 201), count(statuses, 409)]).toEqual([10, 190]);
  expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 10, available: 0 });
});

test("of a confirm and a release at once exactly one wins", async () => {
  const { id } = await catalog.product({ stock: 100 });
  const orders = await Promise.all(
    Array.from({ length: 20 }, async () => (await catalog.hold(id)).body.order_id as string),
  );
  const both = orders.flatMap((order, index) =>
    (index % 2 === 0 ? (["confirm", "release"] as const) : (["release", "confirm"] as const)).map(
      async (how) => [order, (await catalog.move(order, how)).status] as const,
    ),
  );
  const results = await Promise.all(both);
  for (const order of orders)
    expect(
      results
        .filter(([id]) => id === order)
        .map(([, status]) => status)
        .sort(),
    ).toEqual([200, 409]);
  expect(await broken(catalog)).toEqual([]);
});

test("the list pages through the reservations of a state", async () => {
  const { id } = await catalog.product();
  const orders = [];
  for (let made = 0; made < 5; made += 1) orders.push((await catalog.hold(id)).body.order_id);
  await catalog.move(orders[1], "confirm");
  const first = await catalog.call("GET", "/reservations?state=HELD&limit=3");
  const next = /<(.+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
  const second = await catalog.call("GET", next);
  expect([...first.body, ...second.body].map(({ order_id }) => order_id)).toEqual(
    orders.filter((_, index) => index !== 1),
  );
  expect(first.body[0].lines).toMatchObject([{ product_id: id, quantity: 1 }]);
  expect(second.headers.get("link")).toBeNull();
  expect((await catalog.call("GET", "/reservations?older_than_s=60")).body).toEqual([]);
  expect((await catalog.call("GET", "/reservations?older_than_s=0")).body).toHaveLength(5);
  await catalog.tamper(`UPDATE reservations SET created_at = created_at - 61000 WHERE order_id <= '${orders[3]}'`);
  const old = await catalog.call("GET", "/reservations?state=HELD&older_than_s=60&limit=2");
  const rest = /<(.+)>; rel="next"/.exec(old.headers.get("link") ?? "")?.[1] ?? "";
  const older = [...old.body, ...(await catalog.call("GET", rest)).body];
  expect(older.map(({ order_id }) => order_id)).toEqual([orders[0], orders[2], orders[3]]);
  expect((await catalog.call("GET", "/reservations?state=LOST")).status).toBe(422);
});

test("the gauge counts reservations by state", async () => {
  const { id } = await catalog.product();
  await catalog.hold(id);
  await catalog.move(v7(), "release");
  const metrics = await (await fetch(`${catalog.url}/metrics`)).text();
  expect(metrics).toContain('reservations{state="HELD"} 1');
  expect(metrics).toContain('reservations{state="RELEASED"} 1');
  expect(metrics).toContain('reservations{state="CONFIRMED"} 0');
});

test("after a storm of everything at once the counts are what holds and movements add up to", async () => {
  const products = await Promise.all([5, 20, 60].map(async (stock) => (await catalog.product({ stock })).id));
  const orders = Array.from({ length: 40 }, () => v7());
  const random = randomFrom(20250401);
  const pick = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)] as Value;
  const acts: (() => Promise<{ status: number }>)[] = [
    () =>
      put(
        pick(orders),
        products.map((product_id) => ({ product_id, quantity: 1 + Math.floor(random() * 3), price: 10 })),
      ),
    () => catalog.hold(pick(products), 1, pick(orders)),
    () => catalog.hold(pick(products), 2, v7()),
    () => catalog.move(pick(orders), "confirm"),
    () => catalog.move(pick(orders), "release"),
    () => catalog.move(pick(orders), "return"),
    () => catalog.call("POST", "/reservations/confirm", { body: { order_ids: [pick(orders), pick(orders)] } }),
    () => {
      const body = { delta: pick([-6, -3, 4, 5]), reason: "storm" };
      return catalog.call("POST", `/products/${pick(products)}/stock-adjustments`, { body });
    },
  ];
  const statuses = new Set<number>();
  for (let wave = 0; wave < 10; wave += 1) {
    const answers = await Promise.all(Array.from({ length: 40 }, () => pick(acts)()));
    for (const { status } of answers) statuses.add(status);
    expect(await broken(catalog)).toEqual([]);
  }
  expect([...statuses].filter((status) => ![200, 201, 404, 409].includes(status))).toEqual([]);
  expect(statuses.size).toBe(4);
});

/** The same numbers from 0 to 1 on every run (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
