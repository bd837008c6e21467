import { setImmediate as turnOfEventLoop } from "node:timers/promises";
import { loadHttpClient } from "@shop/platform/testing";
import { type OrderedLine, orderOf, startCartAmongPeers } from "./testing/start-cart.ts";

let shop: Awaited<ReturnType<typeof startCartAmongPeers>>;
beforeAll(loadHttpClient);
beforeEach(async () => {
  shop = await startCartAmongPeers();
});
afterEach(() => shop.stop());

const hours = 3_600_000;
const keys = () => new Set(shop.orders.requests.map((request) => request.headers["idempotency-key"]));

/** A checkout of two of product 1 that is answered with 503, because its outcome is not known. */
async function lose(user = "user1") {
  await shop.add(user, 1, 2);
  await shop.orders.mode("fail");
  expect((await shop.checkout(user)).status).toBe(503);
  await shop.orders.mode("ok");
}

test("a checkout whose answer was lost becomes one order, and leaves in the cart what came after it", async () => {
  await lose();
  await shop.add("user1", 1, 1);
  await shop.add("user1", 2, 3);
  shop.turnClock(16_000);
  expect(await shop.settle()).toEqual({ name: "settle-checkouts", found: 1, mended: 1 });
  expect(shop.placed.size).toBe(1);
  expect([...shop.placed.values()]).toMatchObject([{ user_id: "user1", total: 22 }]);
  expect(keys().size).toBe(1);
  expect((await shop.see("user1")).items).toMatchObject([
    { product_id: 1, quantity: 1 },
    { product_id: 2, quantity: 3 },
  ]);
  expect(await shop.settle()).toMatchObject({ found: 0 });
  expect(await shop.checkout("user1")).toMatchObject({ status: 201, body: { total: 47 } });
  expect(keys().size).toBe(2);
});

test("who repeats the checkout soon gets the order: only then it is repeated for them", async () => {
  await lose();
  shop.turnClock(14_000);
  expect(await shop.settle()).toMatchObject({ found: 0 });
  expect(await shop.checkout("user1")).toMatchObject({ status: 201, body: { total: 22 } });
});

test("a refusal ends the checkout and keeps the cart", async () => {
  await lose();
  shop.turnClock(16_000);
  shop.orders.on("POST", "/orders", { status: 409, body: { code: "insufficient-stock", detail: "no", shortages: [] } });
  expect(await shop.settle()).toMatchObject({ found: 1, mended: 1 });
  expect(await shop.see("user1")).toMatchObject({ total: 22 });
  await shop.checkout("user1");
  expect(keys().size).toBe(2);
});

test.each(["idempotency-in-flight", "idempotency-key-reused"])(
  "%s decides nothing: the checkout stays open",
  async (code) => {
    await lose();
    shop.orders.on("POST", "/orders", { status: code.endsWith("flight") ? 409 : 422, body: { code } });
    for (const found of [1, 1]) {
      shop.turnClock(16_000);
      expect(await shop.settle()).toMatchObject({ found, mended: 0 });
    }
    expect(keys().size).toBe(1);
    expect(await shop.see("user1")).toMatchObject({ items: [{ quantity: 2 }] });
  },
);

test("a click while the checkout is repeated gets its order", async () => {
  await lose();
  shop.turnClock(16_000);
  const before = shop.orders.requests.length;
  let answer: () => void = () => {};
  const clicked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  shop.orders.on("POST", "/orders", async ({ body }) => {
    await clicked;
    return { status: 201, body: orderOf("user1", body as OrderedLine[]) };
  });
  const sweeping = shop.settle();
  await shop.orders.waitForRequests(before + 1);
  const click = shop.checkout("user1");
  while ((await shop.metric("http_requests_in_flight"))[0]?.value !== 2) await turnOfEventLoop();
  await shop.see("another");
  answer();
  expect(await click).toMatchObject({ status: 201, body: { total: 22 } });
  expect(await sweeping).toMatchObject({ mended: 1 });
  expect(shop.orders.requests).toHaveLength(before + 1);
});

test("after 23 hours a checkout is not sent again, because its key may be forgotten: the cart is kept", async () => {
  await lose();
  const before = shop.orders.requests.length;
  shop.turnClock(23 * hours + 1000);
  expect(await shop.settle()).toMatchObject({ found: 1, mended: 0, notes: [expect.stringContaining("1 given up")] });
  expect(shop.orders.requests).toHaveLength(before);
  expect(await shop.see("user1")).toMatchObject({ items: [{ quantity: 2 }] });
  expect(await shop.settle()).toMatchObject({ found: 0 });
});

test("an emptied cart has nothing to repeat", async () => {
  await lose();
  await shop.call("DELETE", "/cart/user1/clear");
  shop.turnClock(16_000);
  expect(await shop.settle()).toMatchObject({ found: 0 });
  expect(shop.placed.size).toBe(0);
});

test("an erased person's cart is gone, its open checkout with it", async () => {
  await lose();
  const erase = () => shop.call("DELETE", "/users/user1");
  expect(await erase()).toMatchObject({ status: 200, body: { carts: 1 } });
  expect(await erase()).toMatchObject({ status: 200, body: { carts: 0 } });
  shop.turnClock(16_000);
  expect(await shop.settle()).toMatchObject({ found: 0 });
  expect(await shop.see("user1")).toMatchObject({ items: [], version: 0, updated_at: null });
  expect((await shop.call("DELETE", "/users/no%20user")).status).toBe(422);
});
