import { randomUUID } from "node:crypto";
import type { Shop } from "./shop.ts";

export const price = 10;

/** A name that nobody else has; also right as a user's id. */
export const newName = (): string => `n${randomUUID().slice(0, 8)}`;

/** What the cases begin from, and what they count in the end. */
export function createGoods(shop: Shop) {
  const product = async (): Promise<number> =>
    (await shop.post("catalog", "/products", { name: newName(), price, stock: 50 })).id;

  async function order() {
    const user = newName();
    const product_id = await product();
    const lines = [{ product_id, quantity: 2, price }];
    const placed = await shop.post("order", `/orders?user_id=${user}`, lines);
    return { id: placed.id as string, total: placed.total as number, user, product_id };
  }

  async function paidOrder() {
    const placed = await order();
    const payment = await shop.post("payment", `/pay?order_id=${placed.id}&amount=${placed.total}`);
    return { ...placed, payment_id: payment.id as string };
  }

  /** A hold of two of a new product, that no order asked for. */
  async function hold() {
    const product_id = await product();
    const order_id = randomUUID();
    await shop.put("catalog", `/reservations/${order_id}`, holdOf(product_id));
    return { product_id, order_id };
  }

  return {
    product,
    order,
    paidOrder,
    hold,
    cart: async (product_id: number, quantity: number): Promise<string> => {
      const user = newName();
      await shop.post("cart", `/cart/${user}/add?product_id=${product_id}&quantity=${quantity}`);
      return user;
    },
    /** Every change of the stock after the first, oldest first. */
    movements: async (product_id: number): Promise<number[]> => {
      const all: { delta: number }[] = await shop.get("catalog", `/products/${product_id}/stock-movements`);
      return all
        .map(({ delta }) => delta)
        .reverse()
        .slice(1);
    },
    stock: async (product_id: number): Promise<{ stock: number; reserved: number }> => {
      const { stock, reserved } = await shop.get("catalog", `/products/${product_id}`);
      return { stock, reserved };
    },
    /** How often this happened to the order. */
    events: async (order_id: string, type: string): Promise<number> => {
      const all: { type: string }[] = await shop.get("order", `/orders/${order_id}/events`);
      return all.filter((event) => event.type === type).length;
    },
    lines: async (user: string): Promise<number[]> => {
      const { items } = await shop.get("cart", `/cart/${user}`);
      return items.map(({ quantity }: { quantity: number }) => quantity);
    },
    ordersOf: async (user: string): Promise<number> => (await shop.get("order", `/orders?user_id=${user}`)).length,
    /** How many rows of the provider's ledger: money that moved. */
    moved: async (what: "charges" | "refunds", payment_id: string): Promise<number> => {
      const column = what === "charges" ? "id" : "payment_id";
      return (await shop.rows("provider.db", `SELECT 1 FROM ${what} WHERE ${column} = ?`, [payment_id])).length;
    },
    /** How many answers the service keeps under the key. */
    kept: async (file: string, key: string): Promise<number> =>
      (await shop.rows(file, "SELECT 1 FROM idempotency_keys WHERE key = ? AND status = 200", [key])).length,
  };
}

export type Goods = ReturnType<typeof createGoods>;

export const holdOf = (product_id: number) => ({ items: [{ product_id, quantity: 2, price }], ttl_s: 600 });
