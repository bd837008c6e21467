// Merged steps are never edited, because their checksums are in every database: add the next number.
import type { Migration } from "@shop/platform";

/**
 * Ids are UUIDv7 and carry the time of creation: their order is the orders' age, so every list pages on an index that
 * ends in the id. Money is in minor units, times in milliseconds.
 */
export const migrations: readonly Migration[] = [
  {
    name: "0001-orders",
    sql: `
CREATE TABLE orders (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'PAID', 'FULFILLED', 'CANCELLED', 'EXPIRED', 'REFUNDED')),
  verification TEXT NOT NULL CHECK (verification IN ('verified', 'pending', 'rejected')),
  hold TEXT NOT NULL CHECK (hold IN ('none', 'held', 'confirmed', 'released', 'returned')),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  total INTEGER NOT NULL CHECK (total BETWEEN 1 AND 1000000000000),
  refunded INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND total),
  payment_id TEXT,
  payment_version INTEGER NOT NULL CHECK (payment_version >= 0),
  reason TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL CHECK (updated_at >= created_at),
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at),
  seq INTEGER NOT NULL CHECK (seq >= 1),
  CHECK ((payment_id IS NOT NULL) = (status IN ('PAID', 'FULFILLED', 'REFUNDED'))),
  CHECK ((refunded = total) = (status = 'REFUNDED')),
  CHECK (verification <> 'rejected' OR status = 'CANCELLED'),
  CHECK (status <> 'FULFILLED' OR hold = 'confirmed')
) STRICT, WITHOUT ROWID;

CREATE INDEX orders_by_user ON orders (user_id, id);
CREATE INDEX orders_by_status ON orders (status, id);
CREATE INDEX orders_by_user_and_status ON orders (user_id, status, id);

CREATE TABLE order_items (
  order_id TEXT NOT NULL REFERENCES orders (id),
  line INTEGER NOT NULL CHECK (line BETWEEN 0 AND 99),
  product_id INTEGER NOT NULL CHECK (product_id >= 1),
  sku TEXT,
  name TEXT,
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  price INTEGER NOT NULL CHECK (price BETWEEN 1 AND 1000000000000),
  PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE order_events (
  order_id TEXT NOT NULL REFERENCES orders (id),
  seq INTEGER NOT NULL CHECK (seq >= 1),
  type TEXT NOT NULL,
  data TEXT NOT NULL CHECK (json_valid(data)),
  at INTEGER NOT NULL,
  PRIMARY KEY (order_id, seq)
) STRICT, WITHOUT ROWID;
`,
  },
  {
    name: "0002-noted-payments-and-sweeps",
    oldestCode: 1,
    sql: `
ALTER TABLE orders ADD COLUMN noted TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(noted));

-- For sweeps: each holds only the orders that there is still something to do for.
CREATE INDEX orders_due ON orders (expires_at) WHERE status = 'PENDING';
CREATE INDEX orders_unverified ON orders (id) WHERE status = 'PENDING' AND verification = 'pending';
CREATE INDEX orders_unsettled ON orders (updated_at)
WHERE ((status = 'PAID' AND hold <> 'confirmed') OR (status IN ('CANCELLED', 'EXPIRED', 'REFUNDED') AND hold IN ('none', 'held')));
`,
  },
];
