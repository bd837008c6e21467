import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, temporaryFolder, testKey } from "@shop/platform/testing";
import type { Shop } from "../shop.ts";

export interface Placed {
  readonly id: string;
  readonly total: number;
}

/** An order of one of the sample products, through the API. */
export async function place(shop: Shop, userId = "ann", quantity = 1): Promise<Placed> {
  const { body: product } = await shop.catalog.call("GET", "/products/1");
  const line = { product_id: 1, quantity, price: product.price };
  const { status, body, text } = await shop.order.call("POST", `/orders?user_id=${userId}`, { body: [line] });
  if (status !== 201) throw new Error(`not placed: ${text}`);
  return body;
}

/** Pays an order and waits until its stock is taken. Answers the payment's id. */
export async function pay(shop: Shop, { id, total }: Placed): Promise<string> {
  const { body } = await shop.payment.call("POST", `/pay?order_id=${id}&amount=${total}`);
  await eventually(async () => (await shop.order.call("GET", `/orders/${id}`)).body.hold === "confirmed");
  return body.id;
}

export const giveBack = (shop: Shop, paymentId: string, body: { amount?: number; reason?: string }) =>
  shop.payment.call("POST", `/payments/${paymentId}/refunds`, { body });

/** The environment of a shop that knows two keys: the one of every scope, and `clerk-key-of-few-scopes` with these. */
export function withClerk(...scopes: readonly string[]): Readonly<Record<string, string>> {
  const folder = temporaryFolder();
  const keys = join(folder, "keys");
  mkdirSync(keys);
  writeFileSync(join(keys, "admin"), testKey);
  writeFileSync(join(keys, "clerk"), clerkKey);
  const API_SCOPES_FILE = join(folder, "scopes.json");
  writeFileSync(API_SCOPES_FILE, JSON.stringify({ admin: ["*"], clerk: scopes }));
  return { API_KEYS_DIR: keys, API_SCOPES_FILE, PEER_API_KEY: testKey };
}
export const clerkKey = "clerk-key-of-few-scopes";
