// Merged steps are never edited, because their checksums are in every database: add the next number.
import type { Migration } from "./database/database.ts";

/** What the platform keeps in every service's own store, so that it commits together with what the service writes. */
export const platformMigrations: readonly Migration[] = [
  {
    name: "0001-idempotency-outbox-inbox",
    sql: `
      -- A claim (status NULL) becomes an answer. Nobody holds a claim whose holder is NULL.
      CREATE TABLE idempotency_keys (
        caller TEXT NOT NULL,
        key TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        resource_id TEXT NOT NULL,
        holder TEXT,
        lease_until INTEGER NOT NULL,
        status INTEGER,
        headers TEXT,
        body TEXT,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        PRIMARY KEY (caller, key),
        CHECK (status IS NULL OR (holder IS NULL AND headers IS NOT NULL))
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

      -- What others must be told, in the order of seq within one aggregate and destination.
      CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        destination TEXT NOT NULL,
        aggregate TEXT NOT NULL,
        type TEXT NOT NULL,
        payload TEXT NOT NULL CHECK (json_valid(payload)),
        state TEXT NOT NULL CHECK (state IN ('WAITING', 'DELIVERED', 'DEAD')),
        attempts INTEGER NOT NULL CHECK (attempts >= 0),
        due_at INTEGER NOT NULL,
        holder TEXT,
        lease_until INTEGER NOT NULL,
        last_error TEXT,
        created_at INTEGER NOT NULL,
        settled_at INTEGER,
        CHECK ((settled_at IS NULL) = (state = 'WAITING'))
      ) STRICT;
      CREATE INDEX outbox_due ON outbox (destination, due_at) WHERE state = 'WAITING';
      CREATE INDEX outbox_in_turn ON outbox (destination, aggregate, seq) WHERE state = 'WAITING';
      CREATE INDEX outbox_by_state ON outbox (state, seq);
      CREATE INDEX outbox_settled ON outbox (settled_at) WHERE settled_at IS NOT NULL;

      -- Messages that were taken in: a repetition of one changes nothing.
      CREATE TABLE inbox (
        webhook_id TEXT PRIMARY KEY,
        received_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX inbox_by_time ON inbox (received_at);
    `,
  },
];
