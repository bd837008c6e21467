// Runs in a pod beside the shop, started by footprint.e2e.ts: buyers who put something into a cart, order and pay, each
// with one request at a time, for some seconds. Prints what came of it as JSON.
import { readFileSync } from "node:fs";

const { urls, product, price, buyers, seconds } = JSON.parse(process.argv[1]);
const key = readFileSync("/key/admin", "utf8").split("\n")[0].trim();
const end = Date.now() + seconds * 1000;
const took = { add: [], order: [], pay: [] };
const failures = {};

async function ask(what, service, path, body) {
  const begin = performance.now();
  let outcome;
  try {
    const answer = await fetch(urls[service] + path, {
      method: "POST",
      headers: { "X-API-Key": key, ...(body && { "Content-Type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const found = await answer.json();
    if (answer.ok) {
      took[what].push(performance.now() - begin);
      return found;
    }
    outcome = `${what} ${answer.status} ${found.code}`;
  } catch (error) {
    outcome = `${what} ${error.cause?.code ?? error.message}`;
  }
  failures[outcome] = (failures[outcome] ?? 0) + 1;
}

async function buy(buyer) {
  for (let count = 0; Date.now() < end; count += 1) {
    // A cart takes 99 of a product.
    const user = `buyer-${buyer}-${Math.floor(count / 90)}`;
    await ask("add", "cart", `/cart/${user}/add?product_id=${product}&quantity=1`);
    const order = await ask("order", "order", `/orders?user_id=${user}`, [{ product_id: product, quantity: 1, price }]);
    if (order) await ask("pay", "payment", `/pay?order_id=${order.id}&amount=${order.total}`);
  }
}

await Promise.all(Array.from({ length: buyers }, (_, buyer) => buy(buyer)));

const shareOf = (times, share) => Math.round(times.sort((a, b) => a - b)[Math.floor(times.length * share)] ?? 0);
const summary = Object.entries(took).map(([what, times]) => [
  what,
  { answers: times.length, p50Ms: shareOf(times, 0.5), p99Ms: shareOf(times, 0.99) },
]);
console.log(JSON.stringify({ ...Object.fromEntries(summary), failures }));
