import { testKey } from "@shop/platform/testing";
import type { Shop } from "../shop.ts";

/** Orders through the API, of ten customers, so that every one of them is as a real one. */
export async function fillWithOrders(shop: Shop, count: number): Promise<void> {
  await shop.catalog.call("POST", "/products/1/stock-adjustments", { body: { delta: count, reason: "delivery" } });
  const body = JSON.stringify([{ product_id: 1, quantity: 1, price: 999.99 }]);
  const headers = { "X-API-Key": testKey, "Content-Type": "application/json" };
  let left = count;
  const client = async () => {
    while (left > 0) {
      const user = `customer${left-- % 10}`;
      const answer = await fetch(`${shop.order.url}/orders?user_id=${user}`, { method: "POST", headers, body });
      const text = await answer.text();
      // A busy machine sends some away: nothing was done for them.
      if (answer.status === 503) left++;
      else if (answer.status !== 201) throw new Error(`An order was not taken: ${answer.status} ${text}`);
    }
  };
  await Promise.all(Array.from({ length: 32 }, client));
}
