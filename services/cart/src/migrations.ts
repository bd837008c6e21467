// Merged steps are never edited, because their checksums are in every database: add the next number.
import type { Migration } from "@shop/platform";

/** Quantities and counts repeat the limits of cart.ts; amounts are minor units, times are milliseconds since the epoch. */
export const migrations: readonly Migration[] = [
  {
    name: "0001-carts",
    sql: `
      CREATE TABLE carts (
        user_id TEXT PRIMARY KEY CHECK (length(user_id) BETWEEN 1 AND 64),
        version INTEGER NOT NULL CHECK (version >= 1),
        updated_at INTEGER NOT NULL,
        checkout_id TEXT CHECK (length(checkout_id) = 36),
        checkout_lines TEXT CHECK (json_valid(checkout_lines)),
        checkout_unsettled INTEGER CHECK (checkout_unsettled >= 0),
        CHECK ((checkout_id IS NULL) = (checkout_lines IS NULL)),
        CHECK ((checkout_id IS NULL) = (checkout_unsettled IS NULL))
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE cart_lines (
        user_id TEXT NOT NULL REFERENCES carts (user_id),
        product_id INTEGER NOT NULL CHECK (product_id >= 1),
        position INTEGER NOT NULL CHECK (position >= 1),
        quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
        name TEXT,
        sku TEXT,
        price INTEGER CHECK (price >= 0),
        seen_price INTEGER CHECK (seen_price >= 0),
        available INTEGER CHECK (available >= 0),
        listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
        checked_at INTEGER,
        PRIMARY KEY (user_id, product_id),
        CHECK ((price IS NULL) = (name IS NULL) AND (price IS NULL) = (sku IS NULL)),
        CHECK ((price IS NULL) = (seen_price IS NULL))
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    name: "0002-unsettled-checkouts",
    oldestCode: 1,
    sql: "CREATE INDEX carts_unsettled ON carts (updated_at) WHERE checkout_unsettled > 0",
  },
];
