import type { Release } from "./release.ts";

const script = `
import { createRequire } from "node:module";
const { Database, OPEN_READONLY } = createRequire("/app/")("sqlite3");
const query = "SELECT order_id, amount FROM charges WHERE declined_code IS NULL ORDER BY order_id";
const ledger = new Database("/data/provider.db", OPEN_READONLY, (error) => {
  if (error) throw error;
  ledger.all(query, (error, rows) => {
    if (error) throw error;
    console.log(JSON.stringify(rows));
  });
});
`;

/** What the payment provider's own books say that it took: an entry a charge, the amounts in minor units. */
export async function charges(shop: Release): Promise<readonly { order_id: string; amount: number }[]> {
  return JSON.parse(await shop.namespace.node(shop.podOf("payment"), script));
}
