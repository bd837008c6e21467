import { type Answer, request } from "./client.ts";
import type { Order } from "./order.ts";

export type LineIssue = "price_changed" | "insufficient_stock" | "unavailable";
export interface CartLine {
  readonly product_id: number;
  readonly sku: string | null;
  readonly name: string | null;
  readonly price: number | null;
  readonly currency: string;
  readonly quantity: number;
  readonly subtotal: number | null;
  readonly verified: boolean;
  readonly checked_at: string | null;
  readonly issues: readonly LineIssue[];
}
export interface Cart {
  readonly user_id: string;
  readonly items: readonly CartLine[];
  readonly total: number;
  readonly currency: string;
  readonly verified: boolean;
  readonly version: number;
  readonly updated_at: string | null;
}

const path = (userId: string) => `/cart/${encodeURIComponent(userId)}`;

export const getCart = async (userId: string, signal?: AbortSignal): Promise<Cart> =>
  (await request<Cart>("cart", "GET", path(userId), { signal })).body;

export const addToCart = (
  userId: string,
  item: { product_id: number; quantity: number },
  idempotencyKey: string,
): Promise<Answer<Cart>> => request("cart", "POST", `${path(userId)}/add`, { query: item, idempotencyKey });

export const setQuantity = (userId: string, productId: number, quantity: number): Promise<Answer<Cart>> =>
  request("cart", "PUT", `${path(userId)}/items/${productId}`, { body: { quantity } });

export const removeLine = (userId: string, productId: number): Promise<Answer<Cart>> =>
  request("cart", "DELETE", `${path(userId)}/items/${productId}`);

export const clearCart = (userId: string): Promise<Answer<Cart>> => request("cart", "DELETE", `${path(userId)}/clear`);

export const checkOut = (userId: string, idempotencyKey: string): Promise<Answer<Order>> =>
  request("cart", "POST", `${path(userId)}/checkout`, { idempotencyKey });
