import type { Database } from "@shop/platform";
import type { Changes } from "./ledger.ts";
import type { Line, Reservation, ReservationState } from "./reservation.ts";
import { type Binding, queryOn } from "./sql.ts";

interface ReservationRow {
  order_id: string;
  state: ReservationState;
  expires_at: number;
  created_at: number;
  updated_at: number;
  /** JSON: rows of product id, quantity, price, SKU, name. */
  lines: string;
}

type LineTuple = [number, number, number, string, string];

const withLines = `r.*, (
  SELECT json_group_array(json_array(product_id, quantity, price, sku, name))
  FROM reservation_lines WHERE reservation_lines.order_id = r.order_id) AS lines`;

/** The tables `reservations` and `reservation_lines`. Lists of values go in as one JSON text, so that a statement keeps one text. */
export function reservationTables(connection: Database["read"]) {
  const query = queryOn(connection);
  const reservations = async (sql: string, bindings: readonly Binding[]): Promise<Reservation[]> =>
    (await query<ReservationRow>(sql, bindings)).map(reservationOf);

  return {
    byIds: (orderIds: readonly string[]): Promise<Reservation[]> =>
      reservations(`SELECT ${withLines} FROM reservations AS r WHERE order_id IN (SELECT value FROM json_each(?))`, [
        JSON.stringify(orderIds),
      ]),
    /** In the order of their ids, which is that of their making, as order ids are UUIDv7. */
    list(filter: {
      readonly state?: ReservationState;
      readonly createdUntil?: number;
      readonly after: string;
      readonly limit: number;
    }): Promise<Reservation[]> {
      const conditions = ["order_id > ?"];
      const bindings: Binding[] = [filter.after];
      if (filter.state) {
        conditions.push("state = ?");
        bindings.push(filter.state);
      }
      if (filter.createdUntil !== undefined) {
        conditions.push("created_at <= ?");
        bindings.push(filter.createdUntil);
      }
      return reservations(
        `SELECT ${withLines} FROM reservations AS r WHERE ${conditions.join(" AND ")} ORDER BY order_id LIMIT ?`,
        [...bindings, filter.limit],
      );
    },
    /** The orders whose hold has passed its time, longest past first. */
    async due(now: number, limit: number): Promise<string[]> {
      // Left to itself SQLite would take all that is held by its state, and sort it.
      const rows = await query<{ order_id: string }>(
        `SELECT order_id FROM reservations INDEXED BY reservations_due
         WHERE state = 'HELD' AND expires_at <= ? ORDER BY expires_at, order_id LIMIT ?`,
        [now, limit],
      );
      return rows.map((row) => row.order_id);
    },
    /** The orders whose hold came to nothing and was not touched since then, longest ago first. */
    async closedBefore(before: number, limit: number): Promise<string[]> {
      const rows = await query<{ order_id: string }>(
        `SELECT order_id FROM reservations INDEXED BY reservations_closed
         WHERE state IN ('RELEASED', 'EXPIRED') AND updated_at < ? ORDER BY updated_at LIMIT ?`,
        [before, limit],
      );
      return rows.map((row) => row.order_id);
    },
    async remove(orderIds: readonly string[]): Promise<void> {
      const ids = JSON.stringify(orderIds);
      await query("DELETE FROM reservation_lines WHERE order_id IN (SELECT value FROM json_each(?))", [ids]);
      await query("DELETE FROM reservations WHERE order_id IN (SELECT value FROM json_each(?))", [ids]);
    },
    async countByState(): Promise<Partial<Record<ReservationState, number>>> {
      const rows = await query<{ state: ReservationState; count: number }>(
        "SELECT state, count(*) AS count FROM reservations GROUP BY state",
      );
      return Object.fromEntries(rows.map((row) => [row.state, row.count]));
    },
    /** Writes what was settled, all or nothing. Throws when one of them was moved elsewhere meanwhile. */
    async write({ added, moved }: Pick<Changes, "added" | "moved">): Promise<void> {
      if (added.length > 0) {
        await query(
          `INSERT INTO reservations (order_id, state, expires_at, created_at, updated_at)
           SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?)`,
          [
            JSON.stringify(
              added.map((each) => [each.orderId, each.state, each.expiresAt, each.createdAt, each.updatedAt]),
            ),
          ],
        );
        await query(
          `INSERT INTO reservation_lines (order_id, product_id, quantity, price, sku, name)
           SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?)`,
          [JSON.stringify(added.flatMap((each) => each.lines.map((line) => lineRow(each.orderId, line))))],
        );
      }
      if (moved.length > 0) {
        const rows = await query(
          `UPDATE reservations SET state = d.state, expires_at = d.expires_at, updated_at = d.updated_at
           FROM (SELECT value ->> 0 AS order_id, value ->> 1 AS was, value ->> 2 AS state,
                   value ->> 3 AS expires_at, value ->> 4 AS updated_at
                 FROM json_each(?)) AS d
           WHERE reservations.order_id = d.order_id AND reservations.state = d.was
           RETURNING reservations.order_id`,
          [JSON.stringify(moved.map(({ was, reservation: r }) => [r.orderId, was, r.state, r.expiresAt, r.updatedAt]))],
        );
        if (rows.length !== moved.length) throw new Error("a reservation moved while it was settled");
      }
    },
  };
}

const lineRow = (orderId: string, line: Line) => [
  orderId,
  line.productId,
  line.quantity,
  line.price,
  line.sku,
  line.name,
];

const reservationOf = (row: ReservationRow): Reservation => ({
  orderId: row.order_id,
  state: row.state,
  lines: (JSON.parse(row.lines) as LineTuple[])
    .map(([productId, quantity, price, sku, name]) => ({ productId, quantity, price, sku, name }))
    .sort((a, b) => a.productId - b.productId),
  expiresAt: row.expires_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
