// Merged steps are never edited, because their checksums are in every database: add the next number.
import type { Migration } from "@shop/platform";

/** `refunding` is what refunds under way have claimed; with `refunded` it never exceeds the amount. */
export const migrations: readonly Migration[] = [
  {
    name: "0001-payments",
    sql: `
      CREATE TABLE payments (
        id TEXT PRIMARY KEY,
        order_id TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        currency TEXT NOT NULL CHECK (length(currency) = 3),
        status TEXT NOT NULL CHECK (status IN
          ('PENDING', 'CHARGING', 'UNKNOWN', 'SUCCEEDED', 'FAILED', 'PARTIALLY_REFUNDED', 'REFUNDED')),
        refunded INTEGER NOT NULL CHECK (refunded >= 0),
        refunding INTEGER NOT NULL CHECK (refunding >= 0),
        provider_reference TEXT,
        failure_code TEXT,
        failure_detail TEXT,
        version INTEGER NOT NULL CHECK (version > 0),
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        CHECK (refunded + refunding <= amount),
        CHECK ((status = 'REFUNDED') = (refunded = amount)),
        CHECK ((status = 'PARTIALLY_REFUNDED') = (refunded > 0 AND refunded < amount)),
        CHECK (refunding = 0 OR status IN ('SUCCEEDED', 'PARTIALLY_REFUNDED')),
        CHECK ((status = 'FAILED') = (failure_code IS NOT NULL)),
        CHECK ((failure_code IS NULL) = (failure_detail IS NULL)),
        CHECK ((status IN ('SUCCEEDED', 'PARTIALLY_REFUNDED', 'REFUNDED')) = (provider_reference IS NOT NULL))
      ) STRICT, WITHOUT ROWID;

      -- One payment at a time for an order: a second charge cannot begin beside a live one, whoever tries.
      CREATE UNIQUE INDEX payments_live ON payments (order_id)
        WHERE status IN ('PENDING', 'CHARGING', 'UNKNOWN', 'SUCCEEDED', 'PARTIALLY_REFUNDED');
      CREATE INDEX payments_by_order ON payments (order_id, id);
      CREATE INDEX payments_by_status ON payments (status, id);

      CREATE TABLE refunds (
        id TEXT PRIMARY KEY,
        payment_id TEXT NOT NULL REFERENCES payments (id),
        amount INTEGER NOT NULL CHECK (amount > 0),
        status TEXT NOT NULL CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED')),
        reason TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX refunds_by_payment ON refunds (payment_id, id);
    `,
  },
  {
    name: "0002-recovery",
    sql: `
      CREATE INDEX refunds_pending ON refunds (id) WHERE status = 'PENDING';

      -- Up to which of the provider's charges, in the order of (since, after), its books and ours were compared.
      CREATE TABLE reconciled (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        since INTEGER NOT NULL,
        after TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    name: "0003-unresolved-captures",
    // The code of 0002 goes on without it. Its table `reconciled` is not used any more, and stays for that code.
    oldestCode: 2,
    sql: `
      -- What the provider took and no order can have, until it is given back.
      CREATE TABLE unresolved_captures (
        id TEXT PRIMARY KEY,
        order_id TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        currency TEXT NOT NULL,
        reference TEXT NOT NULL,
        refunded INTEGER NOT NULL CHECK (refunded >= 0 AND refunded <= amount),
        reason TEXT NOT NULL,
        refund_id TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
