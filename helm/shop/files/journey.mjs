// Buys, pays and gives back, on a product of its own, and says of each step whether it is as promised:
//   CATALOG_URL=... CART_URL=... ORDER_URL=... PAYMENT_URL=... API_KEY_FILE=... node journey.mjs
// The key needs every scope. What it made is undone at the end, also when a step failed or it was told to stop; what
// stays is a product that is not sold, and an order that was refunded or cancelled.
import { randomUUID } from "node:crypto";
import { createAsk, eventually } from "./ask.mjs";

const { CATALOG_URL, CART_URL, ORDER_URL, PAYMENT_URL, WAIT_S } = process.env;
const urls = {
  catalog: CATALOG_URL || "http://localhost:8002",
  cart: CART_URL || "http://localhost:8001",
  order: ORDER_URL || "http://localhost:8003",
  payment: PAYMENT_URL || "http://localhost:8004",
};
/** How long a service may take to be ready, and what happens behind an answer to have happened. */
const forMs = Number(WAIT_S || 20) * 1000;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort(new Error("told to stop")));

const shopper = `journey-${randomUUID()}`;
const sku = shopper;
/** A whole number is a price in every currency. */
const price = 1;
const stock = 5;
const quantity = 2;
const total = price * quantity;

let failed = false;

/** Does one step and says how it went. What it throws makes the whole a failure. */
async function step(words, act) {
  const begin = performance.now();
  const say = (mark) =>
    console.log(`${mark} ${String(Math.round(performance.now() - begin)).padStart(6)} ms  ${words}`);
  try {
    const result = await act();
    say("ok  ");
    return result;
  } catch (error) {
    failed = true;
    say("FAIL");
    console.log(`                ${error.message}`);
    throw error;
  }
}

/** Throws unless `found` has these members. */
function mustBe(name, found, expected) {
  for (const [member, value] of Object.entries(expected))
    if (found[member] !== value) throw new Error(`${name}: ${member} is ${found[member]}, not ${value}`);
  return found;
}

/** From an empty cart to an order that was paid and refunded. */
async function buyAndReturn(ask) {
  const soon = (attempt) => eventually(attempt, { forMs, signal: stop.signal });
  const ready = (service) => soon(() => ask(service, "GET /readyz"));
  await step("the four services are ready", () => Promise.all(Object.keys(urls).map(ready)));

  const product = await step(`a product of its own, ${stock} in stock`, async () => {
    const body = { sku, name: "Journey", description: "Made by a check of the shop", price, stock };
    return mustBe("product", await ask("catalog", "POST /products", { body, expect: [201] }), { available: stock });
  });
  const goodsAre = async (expected) => mustBe("product", await ask("catalog", `GET /products/${product.id}`), expected);

  await step(`${quantity} of it in a cart, at the catalog's price`, async () => {
    const cart = await ask("cart", `POST /cart/${shopper}/add?product_id=${product.id}&quantity=${quantity}`);
    mustBe("cart", cart, { total, verified: true });
  });
  const order = await step("checkout: an order that holds its stock", async () => {
    const made = await ask("cart", `POST /cart/${shopper}/checkout`, { expect: [201] });
    mustBe("order", made, { status: "PENDING", verification: "verified", hold: "held", total });
    await goodsAre({ stock, reserved: quantity });
    return made;
  });
  const orderIs = async (expected) => mustBe("order", await ask("order", `GET /orders/${order.id}`), expected);

  const payment = await step("the payment is taken", async () => {
    // 202: it is not certain yet, and goes on by itself.
    const { id } = await ask("payment", `POST /pay?order_id=${order.id}&amount=${total}`, { expect: [200, 202] });
    const taken = { status: "SUCCEEDED", amount: total, refunded: 0 };
    return soon(async () => mustBe("payment", await ask("payment", `GET /payments/${id}`), taken));
  });
  await step("the order is PAID and its stock is sold", async () => {
    await soon(() => orderIs({ status: "PAID", hold: "confirmed", payment_id: payment.id }));
    await goodsAre({ stock: stock - quantity, reserved: 0 });
  });

  await step("the money is given back", async () => {
    const request = `POST /payments/${payment.id}/refunds`;
    const body = { reason: "a check of the shop" };
    mustBe("refund", await ask("payment", request, { body, expect: [201, 202] }), { amount: total });
    await soon(async () => mustBe("payment", await ask("payment", `GET /payments/${payment.id}`), { refunded: total }));
  });
  await step("the order is REFUNDED and its stock is back", async () => {
    await soon(() => orderIs({ status: "REFUNDED", hold: "returned", refunded: total }));
    await goodsAre({ stock, reserved: 0 });
  });
  await step("the order tells its story", async () => {
    const told = (await ask("order", `GET /orders/${order.id}/events`)).map(({ type }) => type);
    for (const type of ["placed", "paid", "hold_confirmed", "refunded", "hold_returned"])
      if (!told.includes(type)) throw new Error(`no event "${type}" among ${told.join(", ")}`);
  });
}

/** Undoes what was made, as far as the services answer; it is looked up, for an answer may have been lost. */
async function tidyUp(ask, signal) {
  const soon = (attempt) => eventually(attempt, { forMs, signal });
  const [product] = await step("what was made is looked up", () =>
    soon(() => ask("catalog", `GET /products?q=${sku}`)),
  );
  if (!product) return;
  // First, so that no order can be made of it any more.
  const withdraw = () => ask("catalog", `DELETE /products/${product.id}`, { headers: { "If-Match": "*" } });
  const empty = () => ask("cart", `DELETE /cart/${shopper}/clear`);
  const closeAll = async () => {
    const orders = await ask("order", `GET /orders?user_id=${shopper}`);
    await Promise.all(orders.map((order) => soon(() => close(ask, order.id))));
  };
  const unheld = async () =>
    mustBe("product", await ask("catalog", `GET /products/${product.id}`), { stock, reserved: 0 });
  for (const [words, act] of [
    ["the product is out of sale", withdraw],
    ["the cart is empty", empty],
    ["its orders are closed", closeAll],
    ["nothing of it is held or sold", unheld],
  ])
    await step(words, () => soon(act)).catch(() => {});
}

/** Throws until the order is closed. A charge that arrives after a cancellation is given back by the shop itself. */
async function close(ask, id) {
  const { status, payment_id } = await ask("order", `GET /orders/${id}`);
  if (["CANCELLED", "EXPIRED", "REFUNDED"].includes(status)) return;
  if (status === "PENDING") await ask("order", `POST /orders/${id}/cancel`);
  else {
    const headers = { "Idempotency-Key": `journey-${id}` };
    await ask("payment", `POST /payments/${payment_id}/refunds`, { body: {}, headers, expect: [201, 202] });
  }
  throw new Error(`order ${id} is not closed yet`);
}

const begin = performance.now();
await buyAndReturn(createAsk({ urls, signal: stop.signal })).catch(() => {});
// Whoever stops a pod waits for its end no longer than its grace period, which is a little more than this.
const tidied = AbortSignal.timeout(4 * forMs);
await tidyUp(createAsk({ urls, signal: tidied }), tidied).catch(() => {});
const seconds = ((performance.now() - begin) / 1000).toFixed(1);
console.log(`The shop is ${failed ? "NOT " : ""}as promised (${shopper}, ${seconds} s)`);
if (failed) process.exitCode = 1;
