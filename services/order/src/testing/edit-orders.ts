import { join } from "node:path";
import { openTestDatabase } from "@shop/platform/testing";
import { migrations } from "../migrations.ts";

/** Changes the database of an order service that does not run, as a restored copy would differ. */
export async function editOrders(dataDir: string, sql: string, bindings: readonly string[] = []): Promise<void> {
  const database = await openTestDatabase(migrations, join(dataDir, "orders.db"));
  await database.write((trx) => trx.raw(sql, [...bindings]));
  await database.close();
}
