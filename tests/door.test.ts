import { allowed, createDashboardService } from "@shop/dashboard";
import { startTestFront, type TestFront, testKey } from "@shop/platform/testing";
import { type Shop, startShop } from "./shop.ts";

// The one door to the four services, before the real ones.

let shop: Shop;
let dashboard: TestFront;
beforeAll(async () => {
  shop = await startShop({ API_KEY: testKey, SEED_PRODUCTS: "true" });
  dashboard = await startTestFront(createDashboardService(), {
    CATALOG_URL: shop.catalog.url,
    CART_URL: shop.cart.url,
    ORDER_URL: shop.order.url,
    PAYMENT_URL: shop.payment.url,
  });
});
afterAll(async () => {
  await dashboard?.stop();
  await shop?.stop();
});

test("all that it lets through is documented by the service behind it", async () => {
  for (const [name, rows] of Object.entries(allowed)) {
    const { body } = await shop[name as keyof typeof allowed].call("GET", "/openapi.json", { key: null });
    const documented = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const passed = rows.map(([method, path]) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    expect(documented).toEqual(expect.arrayContaining(passed.filter((row) => row !== "GET /health")));
  }
});

test("a person sells through it: cart, checkout, payment, refund", async () => {
  const added = await dashboard.call("POST", "/api/cart/cart/ann/add?product_id=1&quantity=2");
  expect(added.body).toMatchObject({ total: 1999.98, verified: true });
  const order = await dashboard.call("POST", "/api/cart/cart/ann/checkout", { headers: { "Idempotency-Key": "once" } });
  expect(order).toMatchObject({ status: 201, body: { status: "PENDING", total: 1999.98 } });
  const pay = `/api/payment/pay?order_id=${order.body.id}&amount=1999.98`;
  const paid = await dashboard.call("POST", pay, { headers: { "Idempotency-Key": "once" } });
  expect(paid.body).toMatchObject({ status: "SUCCEEDED", amount: 1999.98 });
  const again = await dashboard.call("POST", pay, { headers: { "Idempotency-Key": "once" } });
  expect(again.text).toBe(paid.text);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  const refund = await dashboard.call("POST", `/api/payment/payments/${paid.body.id}/refunds`, {
    body: { amount: 0.98, reason: "scratched" },
  });
  expect(refund).toMatchObject({ status: 201, body: { status: "SUCCEEDED", amount: 0.98 } });
});

test("lists lead on through it, page by page", async () => {
  const first = await dashboard.call("GET", "/api/catalog/products?limit=2");
  const next = /<(.+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
  const second = await dashboard.call("GET", next);
  expect([first.body.length, second.body.length]).toEqual([2, 1]);
});

test("a key has the rights that it has without it", async () => {
  const paths = ["/api/catalog/products", "/api/cart/cart/ann", "/api/order/orders", "/api/payment/payments"];
  for (const path of paths) {
    expect((await dashboard.call("GET", path, { key: "wrong" })).status).toBe(401);
    expect((await dashboard.call("GET", path, { key: null })).status).toBe(401);
  }
  expect((await dashboard.call("GET", "/api/order/whoami")).body).toEqual({ caller: "admin", scopes: ["*"] });
});
