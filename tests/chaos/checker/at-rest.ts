import type { Name } from "../shop.ts";
import { type Row, readFile } from "./database-file.ts";

interface Promised {
  readonly rule: string;
  /** Finds what breaks it. */
  readonly sql: string;
}

const told = (type: string): string => `(SELECT aggregate FROM outbox WHERE type = '${type}')`;

/**
 * What is one unit of work is never seen in part, at whatever instant a process dies. Looked at before it starts again,
 * because afterwards much is made good that should never have been amiss.
 */
const always: Partial<Record<Name, readonly Promised[]>> = {
  catalog: [
    {
      rule: "stock and reservations are one with what they count",
      sql: `SELECT id, stock, reserved FROM products
            WHERE stock <> (SELECT coalesce(sum(delta), 0) FROM stock_movements WHERE product_id = products.id)
               OR reserved <> (SELECT coalesce(sum(quantity), 0) FROM reservation_lines JOIN reservations USING (order_id)
                               WHERE product_id = products.id AND state = 'HELD')`,
    },
  ],
  order: [
    {
      rule: "an order is one with its last event",
      sql: `SELECT id, seq FROM orders
            WHERE seq <> (SELECT coalesce(max(seq), 0) FROM order_events WHERE order_id = orders.id)`,
    },
    {
      rule: "a change of an order is one with its command",
      sql: `SELECT id, status FROM orders
            WHERE (status IN ('PAID', 'FULFILLED') AND id NOT IN ${told("confirm")})
               OR (status IN ('CANCELLED', 'EXPIRED') AND id NOT IN ${told("release")})`,
    },
  ],
  payment: [
    {
      rule: "a change of a payment is one with its message",
      sql: `SELECT id, status FROM payments
            WHERE (status IN ('SUCCEEDED', 'PARTIALLY_REFUNDED', 'REFUNDED') AND id NOT IN ${told("payment.succeeded")})
               OR (refunded > 0 AND id NOT IN ${told("payment.refunded")})
               OR (status = 'PENDING' AND id NOT IN ${told("payment.ask")})`,
    },
  ],
};

/** What a dead process has left that it never should have. */
export async function brokenAtRest(name: Name, file: string): Promise<{ rule: string; detail: string }[]> {
  const broken = (always[name] ?? []).map(async ({ rule, sql }) => {
    const rows = (await readFile(file, (database) => database.all<Row>(sql))) ?? [];
    return rows.map((row) => ({ rule, detail: JSON.stringify(row) }));
  });
  return (await Promise.all(broken)).flat();
}
