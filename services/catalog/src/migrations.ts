// Merged steps are never edited, because their checksums are in every database: add the next number.
import type { Migration } from "@shop/platform";

/** Rules that a row can hold by itself are CHECKs, so that no bug writes what must not be. Times are milliseconds, prices minor units. */
export const migrations: readonly Migration[] = [
  {
    name: "0001-catalog",
    sql: `
      CREATE TABLE products (
        id INTEGER PRIMARY KEY,
        sku TEXT NOT NULL UNIQUE CHECK (length(sku) BETWEEN 1 AND 64),
        name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        description TEXT NOT NULL,
        price INTEGER NOT NULL CHECK (price > 0),
        stock INTEGER NOT NULL,
        reserved INTEGER NOT NULL,
        active INTEGER NOT NULL CHECK (active IN (0, 1)),
        version INTEGER NOT NULL CHECK (version > 0),
        stock_seq INTEGER NOT NULL CHECK (stock_seq >= 0),
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        CHECK (0 <= reserved AND reserved <= stock)
      ) STRICT;
      CREATE INDEX products_by_name ON products (name, id);
      CREATE INDEX products_by_price ON products (price, id);

      -- Never updated or deleted: products.stock is the sum of delta.
      CREATE TABLE stock_movements (
        id INTEGER PRIMARY KEY,
        product_id INTEGER NOT NULL REFERENCES products (id),
        delta INTEGER NOT NULL CHECK (delta <> 0),
        reason TEXT NOT NULL,
        order_id TEXT,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX stock_movements_by_product ON stock_movements (product_id, id);

      CREATE TABLE reservations (
        order_id TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('HELD', 'CONFIRMED', 'RETURNED', 'RELEASED', 'EXPIRED')),
        expires_at INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX reservations_by_state ON reservations (state, order_id);
      CREATE INDEX reservations_due ON reservations (expires_at, order_id) WHERE state = 'HELD';

      -- What was promised when it was held: later edits of the product do not reach it.
      CREATE TABLE reservation_lines (
        order_id TEXT NOT NULL REFERENCES reservations (order_id),
        product_id INTEGER NOT NULL REFERENCES products (id),
        quantity INTEGER NOT NULL CHECK (quantity > 0),
        price INTEGER NOT NULL CHECK (price > 0),
        sku TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (order_id, product_id)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    name: "0002-closed-reservations",
    oldestCode: 1,
    sql: `
      -- What is pruned after its time, longest closed first.
      CREATE INDEX reservations_closed ON reservations (updated_at) WHERE state IN ('RELEASED', 'EXPIRED');
    `,
  },
];
