import { eventually } from "./client.ts";
import type { Store } from "./images.ts";
import type { Release } from "./release.ts";

// biome-ignore lint/suspicious/noExplicitAny: rows as the services present them
type Row = any;

const shoppers = Array.from({ length: 12 }, (_, index) => `shopper-${index}`);

/**
 * Lets twelve shoppers leave a bit of everything behind: carts, and orders that are open, paid, refunded and cancelled.
 * Ends when nothing of it is under way any more.
 */
export async function trade(shop: Release): Promise<void> {
  const key = await shop.key();
  const does = async (service: Store, request: string, body?: unknown) => {
    const { status, body: answer, text } = await shop.call(service, request, { key, ...(body ? { body } : {}) });
    if (status >= 300) throw new Error(`${request}: ${status} ${text}`);
    return answer;
  };
  const products: Row[] = [];
  for (const price of [9.99, 25, 1200.5])
    products.push(await does("catalog", "POST /products", { name: `At ${price}`, price, stock: 1000 }));

  for (const [index, shopper] of shoppers.entries()) {
    const { id, price } = products[index % products.length];
    const quantity = 1 + (index % 5);
    await does("cart", `POST /cart/${shopper}/add?product_id=${id}&quantity=${quantity}`);
    const order = await does("order", `POST /orders?user_id=${shopper}`, [{ product_id: id, quantity, price }]);
    const fate = ["left open", "paid", "refunded", "cancelled"][index % 4];
    if (fate === "cancelled") await does("order", `POST /orders/${order.id}/cancel`);
    if (fate !== "paid" && fate !== "refunded") continue;
    const payment = await does("payment", `POST /pay?order_id=${order.id}&amount=${order.total}`);
    if (fate === "refunded") await does("payment", `POST /payments/${payment.id}/refunds`, { reason: "sent back" });
  }
  await eventually(async () => {
    expect(await does("order", "GET /outbox?state=WAITING")).toEqual([]);
    expect(await does("payment", "GET /webhooks?status=WAITING")).toEqual([]);
    const { orders, payments } = await readBooks(shop);
    expect(countBy(orders, ({ status, hold }) => `${status} ${hold}`)).toEqual({
      "PENDING held": 3,
      "PAID confirmed": 3,
      "REFUNDED returned": 3,
      "CANCELLED released": 3,
    });
    expect(countBy(payments, ({ status }) => status)).toEqual({ SUCCEEDED: 3, REFUNDED: 3 });
  });
}

export type Books = Awaited<ReturnType<typeof readBooks>>;

/** All that stands in the four databases, as far as people made it. */
export async function readBooks(shop: Release) {
  const key = await shop.key();
  const all = async (service: Store, path: string): Promise<Row[]> => {
    const { status, body, headers } = await shop.call(service, `GET ${path}`, { key });
    if (status !== 200) throw new Error(`GET ${path}: ${status}`);
    const [, next] = /<(.+)>; rel="next"/.exec(headers.get("link") ?? "") ?? [];
    return next ? [...body, ...(await all(service, next))] : body;
  };
  const carts: Record<string, Row[]> = {};
  for (const shopper of shoppers) {
    const { body } = await shop.call("cart", `GET /cart/${shopper}`, { key });
    carts[shopper] = body.items.map(({ product_id, quantity }: Row) => ({ product_id, quantity }));
  }
  return {
    products: await all("catalog", "/products"),
    orders: await all("order", "/orders"),
    payments: await all("payment", "/payments"),
    carts,
  };
}

/** Money of an answer in cents, so that sums and comparisons are exact. */
export const minorUnits = (amount: number): number => Math.round(amount * 100);

/** The books in numbers. */
export function sumUp({ products, orders, payments, carts }: Books) {
  return {
    products: products.length,
    stock: sum(products, ({ stock }) => stock),
    reserved: sum(products, ({ reserved }) => reserved),
    orders: orders.length,
    ordered: sum(orders, ({ total }) => minorUnits(total)),
    payments: payments.length,
    captured: sum(payments, ({ amount }) => minorUnits(amount)),
    refunded: sum(payments, ({ refunded }) => minorUnits(refunded)),
    inCarts: sum(Object.values(carts).flat(), ({ quantity }) => quantity),
  };
}

function sum(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}

function countBy(rows: readonly Row[], nameOf: (row: Row) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[nameOf(row)] = (counts[nameOf(row)] ?? 0) + 1;
  return counts;
}
