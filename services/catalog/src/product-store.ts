import type { Database, MinorUnits } from "@shop/platform";
import type { StockChange } from "./ledger.ts";
import type { Product, ProductEdit, StockMovement, StoredMovement } from "./product.ts";
import { type ProductFilter, productListing } from "./product-listing.ts";
import { type Binding, queryOn } from "./sql.ts";

interface ProductRow {
  id: number;
  sku: string;
  name: string;
  description: string;
  price: MinorUnits;
  stock: number;
  reserved: number;
  active: 0 | 1;
  version: number;
  stock_seq: number;
  created_at: number;
  updated_at: number;
}

interface MovementRow {
  id: number;
  product_id: number;
  delta: number;
  reason: string;
  order_id: string | null;
  created_at: number;
}

export type NewProduct = Pick<Product, "sku" | "name" | "description" | "price" | "stock" | "active">;

/** The tables `products` and `stock_movements`. Lists of values go in as one JSON text, so that a statement keeps one text. */
export function productTables(connection: Database["read"]) {
  const query = queryOn(connection);
  const products = async (sql: string, bindings: readonly Binding[]): Promise<Product[]> =>
    (await query<ProductRow>(sql, bindings)).map(productOf);

  async function addMovements(movements: readonly StockMovement[], now: number): Promise<void> {
    if (movements.length === 0) return;
    await query(
      `INSERT INTO stock_movements (product_id, delta, reason, order_id, created_at)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, ? FROM json_each(?)`,
      [now, JSON.stringify(movements.map((each) => [each.productId, each.delta, each.reason, each.orderId]))],
    );
  }

  return {
    byIds: (ids: readonly number[]): Promise<Product[]> =>
      products("SELECT * FROM products WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", [
        JSON.stringify(ids),
      ]),
    list(filter: ProductFilter): Promise<Product[]> {
      const { sql, bindings } = productListing(filter);
      return products(sql, bindings);
    },
    async isEmpty(): Promise<boolean> {
      return (await query("SELECT 1 FROM products LIMIT 1")).length === 0;
    },
    /** Stock comes with a movement, or not at all. Throws the driver's unique violation when the SKU is taken. */
    async insert(product: NewProduct, now: number): Promise<Product> {
      const [inserted] = await products(
        `INSERT INTO products (sku, name, description, price, stock, reserved, active, version, stock_seq, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, 0, ?, 1, 0, ?, ?) RETURNING *`,
        [
          product.sku,
          product.name,
          product.description,
          product.price,
          product.stock,
          Number(product.active),
          now,
          now,
        ],
      );
      if (!inserted) throw new Error("an inserted product did not come back");
      if (product.stock > 0)
        await addMovements(
          [{ productId: inserted.id, delta: product.stock, reason: "initial stock", orderId: null }],
          now,
        );
      return inserted;
    },
    /** The product afterwards; undefined when it is not there or is at none of these versions. */
    async edit(
      id: number,
      versions: readonly number[] | "any",
      edit: ProductEdit,
      now: number,
    ): Promise<Product | undefined> {
      const [edited] = await products(
        `UPDATE products SET sku = coalesce(?, sku), name = coalesce(?, name), description = coalesce(?, description),
           price = coalesce(?, price), active = coalesce(?, active), version = version + 1, updated_at = ?
         WHERE id = ? ${versions === "any" ? "" : "AND version IN (SELECT value FROM json_each(?))"} RETURNING *`,
        [
          edit.sku ?? null,
          edit.name ?? null,
          edit.description ?? null,
          edit.price ?? null,
          edit.active === undefined ? null : Number(edit.active),
          now,
          id,
          ...(versions === "any" ? [] : [JSON.stringify(versions)]),
        ],
      );
      return edited;
    },
    /** Adds `delta` to the stock, never below what is reserved: undefined then, or when there is no such product. */
    async adjust(id: number, delta: number, reason: string, now: number): Promise<Product | undefined> {
      const [adjusted] = await products(
        `UPDATE products SET stock = stock + ?, stock_seq = stock_seq + 1
         WHERE id = ? AND stock + ? >= reserved RETURNING *`,
        [delta, id, delta],
      );
      if (adjusted) await addMovements([{ productId: id, delta, reason, orderId: null }], now);
      return adjusted;
    },
    /** Changes the counts of many products, all or none. Throws when one was edited or sold elsewhere meanwhile. */
    async changeStock(changes: readonly StockChange[]): Promise<void> {
      if (changes.length === 0) return;
      const changed = await query(
        `UPDATE products SET stock = products.stock + d.stock, reserved = products.reserved + d.reserved,
           stock_seq = stock_seq + 1
         FROM (SELECT value ->> 0 AS id, value ->> 1 AS stock, value ->> 2 AS reserved, value ->> 3 AS version
               FROM json_each(?)) AS d
         WHERE products.id = d.id AND products.version = d.version
           AND products.reserved + d.reserved BETWEEN 0 AND products.stock + d.stock
         RETURNING products.id`,
        [JSON.stringify(changes.map((change) => [change.productId, change.stock, change.reserved, change.version]))],
      );
      if (changed.length !== changes.length) throw new Error("a product moved while reservations were settled on it");
    },
    addMovements,
    /** Newest first, those before the movement `before`. */
    async movements(productId: number, before: number, limit: number): Promise<StoredMovement[]> {
      const rows = await query<MovementRow>(
        "SELECT * FROM stock_movements WHERE product_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        [productId, before, limit],
      );
      return rows.map((row) => ({
        id: row.id,
        productId: row.product_id,
        delta: row.delta,
        reason: row.reason,
        orderId: row.order_id,
        createdAt: row.created_at,
      }));
    },
  };
}

const productOf = (row: ProductRow): Product => ({
  id: row.id,
  sku: row.sku,
  name: row.name,
  description: row.description,
  price: row.price,
  stock: row.stock,
  reserved: row.reserved,
  active: row.active === 1,
  version: row.version,
  stockSeq: row.stock_seq,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
