// Runs in a pod beside the shop, started by writers.ts: one writer a service, each with one request at a time, until
// standard input ends. Prints a line of JSON for each write: what was asked, and what came of it.
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const { name, urls, goods, everyMs, patienceMs } = JSON.parse(process.argv[1]);
let over = false;
process.stdin.resume().once("end", () => {
  over = true;
});

async function once(service, path, key, body) {
  try {
    const answer = await fetch(urls[service] + path, {
      method: "POST",
      headers: {
        "X-API-Key": readFileSync("/key/admin", "utf8").split("\n")[0].trim(),
        "Idempotency-Key": key,
        ...(body && { "Content-Type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(7_000),
    });
    return { status: answer.status, body: await answer.json() };
  } catch (error) {
    return { status: 0, body: { code: error.cause?.code ?? error.message } };
  }
}

/** Whether a client that knows what the shop promises asks again: no answer, a 5xx, too fast, or still in flight. */
const isOpen = ({ status, body }) =>
  status === 0 || status >= 500 || status === 429 || body.code === "idempotency-in-flight";

/** Sends one write under one key, again and again for as long as the patience lasts; tells how it ended. */
async function write(service, count, subject, path, body) {
  const key = `${name}-${service}-${count}`;
  const begin = Date.now();
  let answer;
  let tries = 0;
  do {
    if (tries > 0) await delay(Math.min(50 * tries, 200));
    answer = await once(service, path, key, body);
    tries += 1;
  } while (isOpen(answer) && Date.now() - begin < patienceMs);
  const { status } = answer;
  const { id, code, detail } = answer.body;
  console.log(JSON.stringify({ service, subject, key, status, tries, began: begin, at: Date.now(), id, code, detail }));
  return answer;
}

const order = (count, user) => {
  const lines = [{ product_id: goods.sold, quantity: 1, price: 10 }];
  return write("order", `${user}-${count}`, user, `/orders?user_id=${user}`, lines);
};

const writers = {
  catalog: (count) =>
    write("catalog", count, goods.counted, `/products/${goods.counted}/stock-adjustments`, {
      delta: 1,
      reason: "found",
    }),
  // A cart takes 99 of a product.
  cart: (count) => {
    const user = `${name}-${Math.floor(count / 90)}`;
    return write("cart", count, user, `/cart/${user}/add?product_id=${goods.sold}&quantity=1`);
  },
  order: (count) => order(count, `${name}-orders`),
  async payment(count) {
    const { status, body } = await order(count, `${name}-paid`);
    if (status === 201) await write("payment", count, body.id, `/pay?order_id=${body.id}&amount=10`);
  },
};

const work = async (writeOne) => {
  for (let count = 0; !over; count += 1) {
    await writeOne(count);
    await delay(everyMs);
  }
};
await Promise.all(Object.values(writers).map(work));
