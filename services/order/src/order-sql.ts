/**
 * The statements of the order store: the only place that names tables and columns. Constant texts, because they are
 * prepared once, and building SQL would cost as much as running it. Many rows go in as one JSON text.
 */

/** The columns of an order, as its fields are named, and those of them that change. */
const columns = [
  ...["id", "user_id", "status", "verification", "hold", "currency", "total", "refunded", "payment_id"],
  ...["payment_version", "noted", "reason", "created_at", "updated_at", "expires_at", "seq"],
];
const changing = [
  ...["status", "verification", "hold", "refunded", "payment_id", "payment_version", "noted"],
  ...["reason", "updated_at", "expires_at", "seq"],
];

const selectOrders = `
SELECT ${columns.map((column) => `o.${column}`)},
       (SELECT json_group_array(json_array(i.line, i.product_id, i.sku, i.name, i.quantity, i.price))
        FROM order_items i WHERE i.order_id = o.id) AS items
FROM orders o`;

export const selectByIds = `${selectOrders}
WHERE o.id IN (SELECT value FROM json_each(?))`;

export const selectPage = (filters: readonly string[]): string => `${selectOrders}
WHERE ${[...filters, "o.id >= ?", "o.id < ?"].join(" AND ")}
ORDER BY o.id DESC
LIMIT ?`;

export const selectEvents = "SELECT order_id, seq, type, data, at FROM order_events WHERE order_id = ? ORDER BY seq";

export const insertOrders = `
INSERT INTO orders (${columns})
SELECT ${columns.map((column) => `value ->> '${column}'`)}
FROM json_each(?)`;

/** The same text as for the orders: their items are in it, in the order of the lines. */
export const insertItems = `
INSERT INTO order_items (order_id, line, product_id, sku, name, quantity, price)
SELECT o.value ->> 'id', i.key, i.value ->> 'product_id', i.value ->> 'sku', i.value ->> 'name',
       i.value ->> 'quantity', i.value ->> 'price'
FROM json_each(?) AS o, json_each(o.value -> 'items') AS i`;

export const insertEvents = `
INSERT INTO order_events (order_id, seq, type, data, at)
SELECT value ->> 'order_id', value ->> 'seq', value ->> 'type', value ->> 'data', value ->> 'at'
FROM json_each(?)`;

/** Guarded: an order is changed only on top of the event that the change was decided on. */
export const updateOrders = `
UPDATE orders
SET ${changing.map((column) => `${column} = c.value ->> '${column}'`)}
FROM json_each(?) AS c
WHERE orders.id = c.value ->> 'id' AND orders.seq = c.value ->> 'was_seq'
RETURNING orders.id`;

/** What the catalog's verification adds to the lines. */
export const updateItems = `
UPDATE order_items
SET sku = i.value ->> 'sku', name = i.value ->> 'name'
FROM json_each(?) AS o, json_each(o.value -> 'items') AS i
WHERE order_items.order_id = o.value ->> 'id' AND order_items.line = i.key`;

/**
 * Orders that a sweep has work on, each by an index of nothing else: unpaid past their time; not verified yet; without
 * the outcome of what the catalog, or the payment service for lack of stock, must have been told.
 */
export const openOrders = {
  due: "SELECT id FROM orders INDEXED BY orders_due WHERE status = 'PENDING' AND expires_at <= ? ORDER BY expires_at LIMIT ?",
  unverified:
    "SELECT id FROM orders INDEXED BY orders_unverified WHERE status = 'PENDING' AND verification = 'pending' AND id > ? ORDER BY id LIMIT ?",
  unsettled: `
SELECT id, updated_at FROM orders INDEXED BY orders_unsettled
WHERE ((status = 'PAID' AND hold <> 'confirmed') OR (status IN ('CANCELLED', 'EXPIRED', 'REFUNDED') AND hold IN ('none', 'held')))
  AND (updated_at, id) > (?, ?) AND updated_at <= ?
ORDER BY updated_at, id LIMIT ?`,
};

/** Of these orders, those of which a destination must still be told, or could not be told. */
export const selectUntold = `
SELECT aggregate FROM outbox
WHERE state = 'WAITING' AND destination = ? AND aggregate IN (SELECT value FROM json_each(?))
UNION
SELECT aggregate FROM outbox
WHERE state = 'DEAD' AND destination = ? AND aggregate IN (SELECT value FROM json_each(?))`;

export const selectOfUser = "SELECT id FROM orders WHERE user_id = ? LIMIT ?";
export const renameUser = "UPDATE orders SET user_id = ? WHERE id IN (SELECT value FROM json_each(?))";
export const renameUserInEvents = `
UPDATE order_events SET data = json_set(data, '$.user_id', ?)
WHERE order_id IN (SELECT value FROM json_each(?)) AND type = 'placed'`;

export const countByStatus = "SELECT status, count(*) AS count FROM orders GROUP BY status";
