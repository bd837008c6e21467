import type { Database } from "@shop/platform";
import { type Binding, queryOn } from "./sql.ts";

/** A product's counts beside what they must be: `held` is the sum of what is HELD, `moved` that of all movements. */
export interface AuditedStock {
  readonly id: number;
  readonly stock: number;
  readonly reserved: number;
  readonly held: number;
  readonly moved: number;
}

/** One statement, so that all of it is of one moment. */
const audited = (which: string) => `
  WITH held AS (
    SELECT product_id, sum(quantity) AS quantity
    FROM reservations JOIN reservation_lines ON reservation_lines.order_id = reservations.order_id
    WHERE state = 'HELD' GROUP BY product_id)
  SELECT products.id, products.stock, products.reserved, coalesce(held.quantity, 0) AS held,
    (SELECT coalesce(sum(delta), 0) FROM stock_movements WHERE product_id = products.id) AS moved
  FROM products LEFT JOIN held ON held.product_id = products.id
  WHERE ${which}`;

/** Reads the counts of products against the rows that they count. Dear: it reads every movement of a product. */
export function stockAudit(connection: Database["read"]) {
  const query = queryOn(connection);
  const counts = (which: string, bindings: readonly Binding[]) => query<AuditedStock>(audited(which), bindings);
  return {
    /** In the order of their ids, those after `after`. */
    page: (after: number, limit: number): Promise<AuditedStock[]> =>
      counts("products.id > ? ORDER BY products.id LIMIT ?", [after, limit]),
    /**
     * Sets `reserved` to the sum of what is held, where nothing else is wrong: `stock` is what its movements say, and
     * what is held is there. Answers with the ids of the products that it mended.
     */
    async mendReserved(ids: readonly number[]): Promise<number[]> {
      const mended = await query<{ id: number }>(
        `UPDATE products SET reserved = truth.held, stock_seq = stock_seq + 1
         FROM (${audited("products.id IN (SELECT value FROM json_each(?))")}) AS truth
         WHERE products.id = truth.id AND products.reserved <> truth.held
           AND products.stock = truth.moved AND truth.held <= products.stock
         RETURNING products.id`,
        [JSON.stringify(ids)],
      );
      return mended.map(({ id }) => id);
    },
  };
}
