import { loadHttpClient, peerFaults } from "@shop/platform/testing";
import {
  answeredWithinMs,
  hurried,
  type OrderedLine,
  orderOf,
  product,
  startCartAmongPeers,
} from "./testing/start-cart.ts";

let shop: Awaited<ReturnType<typeof startCartAmongPeers>>;
beforeAll(loadHttpClient);
beforeEach(async () => {
  shop = await startCartAmongPeers();
});
afterEach(() => shop.stop());

const keys = () => shop.orders.requests.map((request) => request.headers["idempotency-key"]);
const problem = (status: number, code: string, members = {}) => ({
  status,
  body: {
    type: `urn:shop:problem:${code}`,
    title: code,
    status,
    code,
    detail: "as the order service says",
    ...members,
  },
});

test("orders what the cart holds at its prices and empties it", async () => {
  await shop.add("user1", 1, 2);
  await shop.add("user1", 2);
  const answer = await shop.checkout("user1");
  expect(answer).toMatchObject({ status: 201, body: { user_id: "user1", status: "PENDING", total: 34 } });
  expect(shop.orders.requests).toMatchObject([
    {
      query: { user_id: "user1" },
      body: [
        { product_id: 1, quantity: 2, price: 11 },
        { product_id: 2, quantity: 1, price: 12 },
      ],
      headers: { "idempotency-key": expect.stringMatching(/^[0-9a-f-]{36}$/) },
    },
  ]);
  expect(await shop.see("user1")).toMatchObject({ items: [], total: 0 });
  expect(await shop.checkout("user1")).toMatchObject({ status: 409, body: { code: "cart-empty" } });
});

test("two checkouts at once make one order, and both are told of it", async () => {
  await shop.add("user1", 1);
  const [one, other] = await Promise.all([shop.checkout("user1"), shop.checkout("user1")]);
  expect(one.status).toBe(201);
  expect(other.body).toEqual(one.body);
  expect(shop.placed.size).toBe(1);
  expect(shop.orders.requests).toHaveLength(1);
});

test("what is added while the order is placed stays in the cart", async () => {
  await shop.add("user1", 1, 2);
  shop.orders.on("POST", "/orders", async ({ body }) => {
    await shop.add("user1", 1, 3);
    await shop.add("user1", 2);
    return { status: 201, body: orderOf("user1", body as OrderedLine[]) };
  });
  expect(await shop.checkout("user1")).toMatchObject({ status: 201, body: { total: 22 } });
  expect(await shop.see("user1")).toMatchObject({ items: [{ quantity: 3 }, { quantity: 1 }] });
});

test("while an outcome is not known, the same lines are asked for again, and then leave the cart", async () => {
  await shop.add("user1", 1, 2);
  await shop.orders.mode("fail");
  expect((await shop.checkout("user1")).status).toBe(503);
  await shop.orders.mode("ok");
  await shop.add("user1", 1, 3);
  await shop.add("user1", 2);
  expect(await shop.checkout("user1")).toMatchObject({ status: 201, body: { total: 22 } });
  expect(new Set(keys()).size).toBe(1);
  expect(await shop.see("user1")).toMatchObject({ items: [{ quantity: 3 }, { quantity: 1 }] });
});

test.each(peerFaults)(
  "order service %s: 503 in time, the cart is kept, and the repetition is the same order",
  async (fault) => {
    await shop.add("user1", 1, 2);
    await shop.orders.mode(fault);
    const started = performance.now();
    const answer = await shop.checkout("user1", hurried);
    expect(performance.now() - started).toBeLessThan(answeredWithinMs);
    expect(answer).toMatchObject({ status: 503, body: { code: "peer-unavailable", peer: "order" } });
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await shop.see("user1")).toMatchObject({ total: 22, items: [{ quantity: 2 }] });
    expect((await shop.call("GET", "/readyz", { key: null })).status).toBe(200);

    await shop.orders.mode("ok");
    await shop.restart();
    expect(await shop.checkout("user1")).toMatchObject({ status: 201, body: { total: 22 } });
    expect(new Set(keys()).size).toBe(1);
    expect(shop.placed.size).toBe(1);
    expect(await shop.see("user1")).toMatchObject({ items: [] });
  },
);

test("the answer says whether an order may exist", async () => {
  const detail = async () => (await shop.checkout("user1")).body.detail;
  await shop.add("user1", 1);
  await shop.orders.mode("refuse");
  expect(await detail()).toContain("nothing was ordered");
  await shop.orders.mode("fail");
  const unknown = expect.stringMatching(/not known.*look at the user's orders before repeating/);
  expect(await detail()).toEqual(unknown);
  // What is known of this call says nothing of the one before.
  await shop.orders.mode("refuse");
  expect(await detail()).toEqual(unknown);
});

test("while an outcome is not known the cart is not merged into another, so that one checkout stays one order", async () => {
  const merge = () => shop.call("POST", "/cart/guest/merge", { body: { into: "user1" } });
  await shop.add("guest", 1, 2);
  await shop.orders.mode("fail");
  await shop.checkout("guest");
  await shop.orders.mode("ok");
  expect(await merge()).toMatchObject({ status: 409, body: { code: "checkout-open" } });
  expect(await shop.see("user1")).toMatchObject({ items: [] });

  expect((await shop.checkout("guest")).status).toBe(201);
  expect(new Set(keys()).size).toBe(1);
  await shop.add("guest", 2);
  expect(await merge()).toMatchObject({ status: 200, body: { items: [{ product_id: 2, quantity: 1 }] } });
});

test("an emptied cart gives its open checkout up, and what it holds next is ordered anew", async () => {
  await shop.add("user1", 1, 2);
  await shop.orders.mode("fail");
  await shop.checkout("user1");
  await shop.orders.mode("ok");
  await shop.call("DELETE", "/cart/user1/clear");
  await shop.add("user1", 2);
  expect(await shop.checkout("user1")).toMatchObject({ status: 201, body: { total: 12 } });
  expect(new Set(keys()).size).toBe(2);
});

test("with the order service down, a cart changed before the repetition is ordered as it is then", async () => {
  await shop.add("user1", 1, 2);
  await shop.orders.mode("refuse");
  expect((await shop.checkout("user1")).status).toBe(503);
  await shop.call("PUT", "/cart/user1/items/1", { body: { quantity: 1 } });
  await shop.orders.mode("ok");
  expect(await shop.checkout("user1")).toMatchObject({ status: 201, body: { total: 11 } });
});

test("with the breaker open the order service is not asked", async () => {
  await shop.orders.mode("refuse");
  for (const user of ["a", "b", "c", "d", "e"]) {
    await shop.add(user, 1);
    await shop.checkout(user);
  }
  await shop.orders.mode("hang");
  await shop.add("user1", 1, 2);
  expect((await shop.checkout("user1")).status).toBe(503);
  expect(shop.orders.requests).toEqual([]);
});

test.each([
  [409, "price-changed", { prices: [{ product_id: 1, given: 11, current: 12 }] }],
  [409, "insufficient-stock", { shortages: [{ product_id: 1, requested: 1, available: 0 }] }],
  [422, "unknown-product", { product_ids: [1] }],
])("the order service's %i %s passes through, and the next checkout is a new one", async (status, code, members) => {
  await shop.add("user1", 1);
  shop.orders.on("POST", "/orders", problem(status, code, members));
  const refused = await shop.checkout("user1");
  expect(refused).toMatchObject({ status, body: { code, detail: "as the order service says", ...members } });
  await shop.checkout("user1");
  const [first, second] = keys();
  expect(second).not.toBe(first);
  expect(await shop.see("user1")).toMatchObject({ items: [{ quantity: 1 }] });
});

test("an order that is still being made is no refusal", async () => {
  await shop.add("user1", 1);
  shop.orders.on("POST", "/orders", { ...problem(409, "idempotency-in-flight"), headers: { "retry-after": "3" } });
  const answer = await shop.checkout("user1");
  expect(answer).toMatchObject({ status: 503, body: { code: "peer-unavailable" } });
  expect(answer.headers.get("retry-after")).toBe("3");
  await shop.checkout("user1");
  expect(new Set(keys()).size).toBe(1);
});

test("after a refusal the cart shows at once what the catalog says now", async () => {
  await shop.add("user1", 1);
  shop.products.set(1, product(1, { price: 12 }));
  shop.orders.on("POST", "/orders", problem(409, "price-changed"));
  await shop.checkout("user1");
  expect(await shop.see("user1")).toMatchObject({ total: 12, items: [{ issues: ["price_changed"] }] });
});

test("a price that changed since it was shown is said once before it is ordered", async () => {
  await shop.add("user1", 1);
  shop.turnClock(61_000);
  shop.products.set(1, product(1, { price: 12 }));
  const told = await shop.checkout("user1");
  const prices = [{ product_id: 1, given: 11, current: 12 }];
  expect(told).toMatchObject({ status: 409, body: { code: "price-changed", prices } });
  expect(shop.orders.requests).toEqual([]);
  expect(await shop.checkout("user1")).toMatchObject({ status: 201, body: { total: 12 } });
});

test("a line that was added without the catalog gets its price at the checkout", async () => {
  await shop.catalog.mode("fail");
  await shop.add("user1", 1);
  await shop.catalog.mode("ok");
  expect(await shop.checkout("user1")).toMatchObject({ status: 201, body: { total: 11 } });
});

test("a product that vanished is named, and nothing is ordered", async () => {
  await shop.add("user1", 1);
  await shop.add("user1", 2);
  shop.turnClock(61_000);
  shop.products.delete(2);
  const refused = await shop.checkout("user1");
  expect(refused).toMatchObject({ status: 409, body: { code: "inactive-product", product_ids: [2] } });
  expect(shop.orders.requests).toEqual([]);
});
