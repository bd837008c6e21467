import { paymentService } from "@shop/payment";
import { sign } from "@shop/platform";
import { eventually, startTestService, testKey } from "@shop/platform/testing";
import { type Shop, startShop } from "../shop.ts";
import { createRecorder, type Recorder } from "./recorder.ts";

// Each documented request is sent to the running shop, and each answer is checked against its documented schema.

let shop: Shop;
let catalog: Recorder;
let cart: Recorder;
let order: Recorder;
let payment: Recorder;

beforeAll(async () => {
  shop = await startShop({ API_KEY: testKey, SEED_PRODUCTS: "true", WEBHOOK_SECRET: webhookSecret });
  catalog = await createRecorder("catalog", shop.catalog.url);
  cart = await createRecorder("cart", shop.cart.url);
  order = await createRecorder("order", shop.order.url);
  payment = await createRecorder("payment", shop.payment.url);
});
afterAll(() => shop.stop());

const webhookSecret = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMgb2YgY29udHJhY3Rz";
const line = { product_id: 1, quantity: 1, price: 999.99 };
const missing = "01890000-0000-7000-8000-000000000000";
const items = [{ product_id: 2, quantity: 1, price: 699.99 }];
const newId = () => crypto.randomUUID();

const place = async () => (await order.send("POST", "/orders?user_id=ann", {}, { body: [line] })).body;

/** A backup, until it is there. */
async function backedUp(recorder: Recorder): Promise<void> {
  const { id } = (await recorder.send("POST", "/admin/backup")).body;
  for (;;) {
    const { body } = await recorder.send("GET", "/admin/backups/{backup_id}", { backup_id: id });
    if (body.status === "done") break;
    expect(body.status).toBe("running");
  }
  await recorder.send("GET", "/admin/backups");
  await recorder.send("GET", "/admin/backups/{backup_id}", { backup_id: "none" });
}

test("catalog", async () => {
  await catalog.send("GET", "/products?q=lap&active=true&in_stock=true&min_price=1&max_price=2000&sort=-price&limit=1");
  await catalog.send("GET", "/products?limit=0");
  const product = await catalog.send("POST", "/products", {}, { body: { name: "Mug", price: 9.5, stock: 5 } });
  const id = { product_id: product.body.id };
  const read = await catalog.send("GET", "/products/{product_id}", id);
  const etag = read.headers.get("etag") ?? "";
  await catalog.send("GET", "/products/{product_id}", id, { headers: { "If-None-Match": etag } });
  await catalog.send("GET", "/products/{product_id}", { product_id: 99999 });
  await catalog.send("PATCH", "/products/{product_id}", id, { body: { price: 10 } });
  await catalog.send("PATCH", "/products/{product_id}", id, { body: { price: 10 }, headers: { "If-Match": etag } });
  await catalog.send("PATCH", "/products/{product_id}", id, { body: { price: 11 }, headers: { "If-Match": etag } });
  await catalog.send("POST", "/products/{product_id}/stock-adjustments", id, { body: { delta: 3, reason: "found" } });
  await catalog.send("POST", "/products/{product_id}/stock-adjustments", id, { body: { delta: -99, reason: "lost" } });
  await catalog.send("GET", "/products/{product_id}/stock-movements?limit=1", id);

  const held = { order_id: newId() };
  await catalog.send("PUT", "/reservations/{order_id}", held, { body: { items, ttl_s: 60 } });
  await catalog.send("PUT", "/reservations/{order_id}", held, { body: { items, ttl_s: 90 } });
  await catalog.send("GET", "/reservations?state=HELD&older_than_s=0&limit=1");
  await catalog.send("POST", "/reservations/{order_id}/confirm", held);
  await catalog.send("POST", "/reservations/{order_id}/release", held);
  await catalog.send("POST", "/reservations/{order_id}/return", held);
  await catalog.send("POST", "/reservations/{order_id}/release", { order_id: newId() });
  await catalog.send("POST", "/reservations/{order_id}/confirm", { order_id: newId() });
  const batch = [newId(), newId()].map((order_id) => ({ order_id, items, ttl_s: 60 }));
  await catalog.send("POST", "/reservations", {}, { body: { reservations: batch } });
  await catalog.send(
    "POST",
    "/reservations/confirm",
    {},
    { body: { order_ids: batch.map((entry) => entry.order_id) } },
  );

  const now = (await catalog.send("GET", "/products/{product_id}", id)).headers.get("etag") ?? "";
  await catalog.send("DELETE", "/products/{product_id}", id, { headers: { "If-Match": now } });
  await catalog.send("GET", "/whoami");
  await catalog.send("GET", "/stats");
  await catalog.send("POST", "/admin/reconcile");
  await backedUp(catalog);
  expect(catalog.unseen()).toEqual([]);
});

test("cart", async () => {
  const ann = { user_id: "ann" };
  await cart.send("POST", "/cart/{user_id}/checkout", ann);
  await cart.send("POST", "/cart/{user_id}/add?product_id=1&quantity=2", ann);
  await cart.send("POST", "/cart/{user_id}/add?product_id=99999", ann);
  await cart.send("GET", "/cart/{user_id}", ann);
  await cart.send("PUT", "/cart/{user_id}/items/{product_id}", { ...ann, product_id: 1 }, { body: { quantity: 1 } });
  await cart.send("DELETE", "/cart/{user_id}/items/{product_id}", { ...ann, product_id: 1 });
  await cart.send("POST", "/cart/{user_id}/add?product_id=2", ann);
  await cart.send("POST", "/cart/{user_id}/merge", ann, { body: { into: "bob" } });
  await cart.send("POST", "/cart/{user_id}/checkout", { user_id: "bob" });
  await cart.send("DELETE", "/cart/{user_id}/clear", ann);
  await cart.send("DELETE", "/users/{user_id}", ann);
  await cart.send("GET", "/whoami");
  await cart.send("GET", "/stats");
  await cart.send("POST", "/admin/reconcile");
  await backedUp(cart);
  expect(cart.unseen()).toEqual([]);
});

test("order", async () => {
  const first = await place();
  const id = { order_id: first.id };
  await order.send("POST", "/orders?user_id=ann", {}, { body: [{ ...line, price: 1 }] });
  await order.send("POST", "/orders?user_id=ann", {}, { body: [{ ...line, product_id: 99999 }] });
  await order.send("GET", "/orders?user_id=ann&status=PENDING&limit=1&created_from=2020-01-01T00:00:00Z");
  await order.send("GET", "/orders/{order_id}", id);
  await order.send("GET", "/orders/{order_id}", { order_id: missing });
  await order.send("GET", "/orders/{order_id}/events", id);
  await order.send("POST", "/orders/{order_id}/payable", id, { body: { payment_id: newId(), amount: 999.99 } });
  await order.send("POST", "/orders/{order_id}/payable", id, { body: { payment_id: newId(), amount: 1 } });
  const asked = [first.id, missing].map((order_id) => ({ order_id, payment_id: newId(), amount: 999.99 }));
  await order.send("POST", "/orders/payable", {}, { body: { payables: asked } });
  await order.send("POST", "/orders/{order_id}/cancel", id);
  await order.send("POST", "/orders/{order_id}/cancel", id);

  const second = await place();
  const paid = await payment.send("POST", `/pay?order_id=${second.id}&amount=999.99`);
  const event = { type: "payment.succeeded", timestamp: new Date().toISOString(), data: paid.body };
  const raw = JSON.stringify(event);
  const headers = sign([webhookSecret], { id: "msg_1", timestampS: Math.floor(Date.now() / 1000), body: raw });
  const notified = { order_id: second.id };
  await order.send("POST", "/orders/{order_id}/payment", notified, { raw, headers });
  await order.send("POST", "/orders/{order_id}/payment", notified, { raw });
  await order.send("POST", "/orders/payments", {}, { body: { webhooks: [{ ...headers, body: raw }] } });
  await fulfilled(second.id);
  // What it brought about is seen a little before it is marked.
  const message = await eventually(async () => (await order.send("GET", "/outbox?state=DELIVERED&limit=1")).body[0]);
  await order.send("POST", "/outbox/{message_id}/redeliver", { message_id: message.id });
  await order.send("POST", "/outbox/{message_id}/redeliver", { message_id: missing });
  await order.send("DELETE", "/users/{user_id}", { user_id: "ann" });
  await order.send("GET", "/whoami");
  await order.send("GET", "/stats");
  await order.send("POST", "/admin/reconcile");
  await backedUp(order);
  expect(order.unseen()).toEqual([]);
});

/** Fulfils an order, once the confirmation of its hold has gone through behind the answer. */
async function fulfilled(orderId: string): Promise<void> {
  for (;;) {
    const { status } = await order.send("POST", "/orders/{order_id}/fulfil", { order_id: orderId });
    if (status === 200) return;
  }
}

test("payment", async () => {
  const { id: orderId } = await place();
  await payment.send("POST", `/pay?order_id=${orderId}&amount=1`);
  await payment.send("POST", `/pay?order_id=${missing}&amount=1`);
  const paid = (await payment.send("POST", `/pay?order_id=${orderId}&amount=999.99`)).body;
  const id = { payment_id: paid.id };
  await payment.send("POST", `/pay?order_id=${orderId}&amount=999.99`);
  await payment.send("GET", "/payments?status=SUCCEEDED&limit=1");
  await payment.send("GET", "/payments/{payment_id}", id);
  await payment.send("POST", "/payments/{payment_id}/refunds", id, { body: { amount: 0.99, reason: "scratched" } });
  await payment.send("POST", "/payments/{payment_id}/refunds", id, { body: { amount: 5000 } });
  await payment.send("GET", "/payments/{payment_id}/refunds", id);
  const [webhook] = (await payment.send("GET", "/webhooks?limit=1")).body;
  await payment.send("POST", "/webhooks/{webhook_id}/redeliver", { webhook_id: webhook.id });
  await payment.send("GET", "/outbox?destination=order&limit=1");
  await payment.send("POST", "/outbox/{message_id}/redeliver", { message_id: webhook.id });
  await payment.send("POST", "/outbox/{message_id}/redeliver", { message_id: missing });
  await payment.send("GET", "/whoami");
  await payment.send("GET", "/stats");
  await payment.send("POST", "/admin/reconcile");
  await backedUp(payment);

  const alone = await startTestService(paymentService, { ORDER_URL: "http://127.0.0.1:9" });
  const cutOff = await createRecorder("payment", alone.url);
  await cutOff.send("POST", `/pay?order_id=${missing}&amount=1`);
  await alone.stop();
  const both = payment.unseen().filter((answer) => cutOff.unseen().includes(answer));
  // A refund is 202 only while its provider cannot be asked, which no request can bring about.
  expect(both).toEqual(["POST /payments/{payment_id}/refunds 202"]);
});
