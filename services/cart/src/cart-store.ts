import { type Answered, type Database, keepAnswers } from "@shop/platform";
import { type Cart, emptyCart, type Line } from "./cart.ts";
import type { CheckoutLine } from "./cart-checkout.ts";

type Connection = Database["read"];

/** What becomes of a cart in one unit of work. */
export interface CartChange {
  readonly before: Cart;
  readonly after: Cart;
}

/** A checkout whose outcome is not known. */
export interface UnsettledCheckout {
  readonly userId: string;
  readonly checkoutId: string;
}

/** A cart is not at the version that a change was made from: nothing was written; load it anew and change that. */
export class CartMoved extends Error {
  override readonly name = "CartMoved";
}

/**
 * The carts and their lines. Each statement takes any number of rows as one JSON parameter, so that its text never
 * changes and a batch costs as many statements as a single change.
 */
export function createCartStore(database: Database) {
  return {
    /** The carts as last committed, in the order asked; one that was never stored is empty at version 0. */
    load: (userIds: readonly string[]) => loadCarts(database.read, userIds),
    async unsettled(unchangedSince: number, limit: number): Promise<UnsettledCheckout[]> {
      const found: unknown = await database.read.raw(statements.unsettled, [unchangedSince, limit]);
      return (found as { user_id: string; checkout_id: string }[]).map((row) => ({
        userId: row.user_id,
        checkoutId: row.checkout_id,
      }));
    },
    /** Runs `unit` with the store rebuilt on one transaction; `committed` is called after COMMIT, in order. */
    inTransaction<T>(
      unit: (store: ReturnType<typeof createUnitStore>) => Promise<T>,
      options: { deadline: number; committed(result: T): void },
    ): Promise<T> {
      return database.write((trx) => unit(createUnitStore(trx)), options);
    },
  };
}

const createUnitStore = (trx: Connection) => ({
  load: (userIds: readonly string[]) => loadCarts(trx, userIds),
  /** Says how many carts that were. */
  async erase(userId: string): Promise<number> {
    await trx.raw(statements.eraseLines, [userId]);
    const erased: unknown = await trx.raw(statements.eraseCart, [userId]);
    return (erased as unknown[]).length;
  },
  keepAnswers: (answered: readonly Answered[]) => keepAnswers(trx, answered),
  /** Writes each cart if it still is at the version of `before`. Throws CartMoved, and the unit undoes what was written. */
  async save(changes: readonly CartChange[]): Promise<void> {
    const added = changes.filter(({ before }) => before.version === 0);
    const moved = changes.filter(({ before }) => before.version > 0);
    const counted = (await rows(trx, statements.insertCarts, added.map(cartRow))).length;
    const guarded = (await rows(trx, statements.updateCarts, moved.map(cartRow))).length;
    if (counted + guarded !== changes.length) throw new CartMoved("A cart was changed by another writer");
    await rows(trx, statements.deleteLines, changes.flatMap(goneLines));
    await rows(trx, statements.putLines, changes.flatMap(changedLines));
  },
});

/** Exported for the test that looks at their query plans. */
export const statements = {
  loadCarts: `
    SELECT carts.user_id AS owner, carts.version, carts.updated_at, carts.checkout_id, carts.checkout_lines,
      carts.checkout_unsettled, cart_lines.*
    FROM json_each(?) AS asked
    JOIN carts ON carts.user_id = asked.value
    LEFT JOIN cart_lines ON cart_lines.user_id = carts.user_id`,
  unsettled: `
    SELECT user_id, checkout_id FROM carts INDEXED BY carts_unsettled
    WHERE checkout_unsettled > 0 AND updated_at <= ? ORDER BY updated_at LIMIT ?`,
  eraseLines: "DELETE FROM cart_lines WHERE user_id = ?",
  eraseCart: "DELETE FROM carts WHERE user_id = ? RETURNING user_id",
  insertCarts: `
    INSERT INTO carts (user_id, version, updated_at, checkout_id, checkout_lines, checkout_unsettled)
    SELECT value ->> 0, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each(?) WHERE true
    ON CONFLICT (user_id) DO NOTHING
    RETURNING user_id`,
  updateCarts: `
    UPDATE carts SET version = given.value ->> 2, updated_at = given.value ->> 3, checkout_id = given.value ->> 4,
      checkout_lines = given.value ->> 5, checkout_unsettled = given.value ->> 6
    FROM json_each(?) AS given
    WHERE carts.user_id = given.value ->> 0 AND carts.version = given.value ->> 1
    RETURNING user_id`,
  deleteLines: `
    DELETE FROM cart_lines
    WHERE (user_id, product_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
  putLines: `
    INSERT INTO cart_lines (user_id, product_id, position, quantity, name, sku, price, seen_price, available, listed,
      checked_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
      value ->> 8, value ->> 9, value ->> 10
    FROM json_each(?) WHERE true
    ON CONFLICT (user_id, product_id) DO UPDATE SET position = excluded.position, quantity = excluded.quantity,
      name = excluded.name, sku = excluded.sku, price = excluded.price, seen_price = excluded.seen_price,
      available = excluded.available, listed = excluded.listed, checked_at = excluded.checked_at`,
} as const;

async function rows<Row>(connection: Connection, sql: string, given: readonly unknown[]): Promise<readonly Row[]> {
  return given.length === 0 ? [] : ((await connection.raw(sql, [JSON.stringify(given)])) as Row[]);
}

/** A cart's columns beside those of one of its lines, which are null when it has none. */
interface CartRow {
  owner: string;
  version: number;
  updated_at: number;
  checkout_id: string | null;
  checkout_lines: string | null;
  checkout_unsettled: number | null;
  product_id: number | null;
  position: number;
  quantity: number;
  name: string | null;
  sku: string | null;
  price: number | null;
  seen_price: number | null;
  available: number | null;
  listed: number;
  checked_at: number | null;
}

async function loadCarts(connection: Connection, userIds: readonly string[]): Promise<Cart[]> {
  const found = new Map<string, Cart & { lines: Line[] }>();
  for (const row of await rows<CartRow>(connection, statements.loadCarts, [...new Set(userIds)])) {
    const cart = found.get(row.owner) ?? cartOf(row);
    found.set(row.owner, cart);
    if (row.product_id !== null) cart.lines.push(lineOf({ ...row, product_id: row.product_id }));
  }
  for (const cart of found.values()) cart.lines.sort((a, b) => a.position - b.position);
  return userIds.map((userId) => found.get(userId) ?? emptyCart(userId));
}

function cartOf(row: CartRow): Cart & { lines: Line[] } {
  const { checkout_id: id, checkout_lines: lines, checkout_unsettled: unsettled } = row;
  const checkout =
    id === null || lines === null || unsettled === null
      ? null
      : { id, lines: JSON.parse(lines) as CheckoutLine[], unsettled };
  return { userId: row.owner, version: row.version, updatedAt: row.updated_at, lines: [], checkout };
}

const lineOf = (row: CartRow & { product_id: number }): Line => ({
  productId: row.product_id,
  position: row.position,
  quantity: row.quantity,
  name: row.name,
  sku: row.sku,
  price: row.price,
  seenPrice: row.seen_price,
  available: row.available,
  listed: row.listed === 1,
  checkedAt: row.checked_at,
});

const cartRow = ({ before, after: { userId, version, updatedAt, checkout } }: CartChange) => [
  userId,
  before.version,
  version,
  updatedAt,
  checkout?.id ?? null,
  checkout ? JSON.stringify(checkout.lines) : null,
  checkout?.unsettled ?? null,
];

/** Lines that a change left alone are still the same objects. */
function changedLines({ before, after }: CartChange): unknown[] {
  const kept = new Set(before.lines);
  return after.lines
    .filter((line) => !kept.has(line))
    .map((line) => [
      after.userId,
      line.productId,
      line.position,
      line.quantity,
      line.name,
      line.sku,
      line.price,
      line.seenPrice,
      line.available,
      line.listed ? 1 : 0,
      line.checkedAt,
    ]);
}

function goneLines({ before, after }: CartChange): unknown[] {
  const left = new Set(after.lines.map((line) => line.productId));
  return before.lines.filter((line) => !left.has(line.productId)).map((line) => [before.userId, line.productId]);
}
