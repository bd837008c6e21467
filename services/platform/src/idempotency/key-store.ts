import type { Knex } from "knex";
import type { Claim } from "./claim.ts";
import { isRefused, leaseMs, refusalKeptMs } from "./rules.ts";

/** A row to be claimed. */
export interface Wanted {
  readonly caller: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly resourceId: string;
  readonly holder: string;
  readonly keptForMs: number;
}

/** A key as it stands: held, free (no holder, no status), or answered. */
export interface KeyRow {
  readonly caller: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly resource_id: string;
  readonly holder: string | null;
  readonly status: number | null;
  readonly headers: string | null;
  readonly body: string | null;
}

const marks = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((row) => `(${row.map(() => "?").join(", ")})`).join(", ");

const bindings = (rows: readonly (readonly Knex.RawBinding[])[]): Knex.RawBinding[] => rows.flat();

/**
 * Whether the key is out of its time by the clock of a new claim. That clock may have been set back since a refusal was
 * kept, which would hold for as much longer; one that ends later than in two of its times counts as over. Not as soon as
 * it ends later than in one: a small step back must not let a copy through.
 */
const outOfTime = `(idempotency_keys.expires_at <= excluded.created_at
  OR (${isRefused("idempotency_keys.status")} AND idempotency_keys.expires_at > excluded.created_at + ${2 * refusalKeptMs}))`;

/**
 * Claims what may be claimed: a key that is new, out of its time, free, or held past its lease, or whose holder is
 * certainly gone because it is not like `livingHolders`. No key twice. Answers with each key as it stands
 * then; who holds it has claimed it. What a key makes keeps its id when it is taken over.
 */
export async function claimKeys(
  trx: Knex,
  wanted: readonly Wanted[],
  now: number,
  livingHolders: string,
): Promise<readonly KeyRow[]> {
  const rows = wanted.map((each) => [
    each.caller,
    each.key,
    each.fingerprint,
    each.resourceId,
    each.holder,
    now + leaseMs,
    now,
    now + each.keptForMs,
  ]);
  const claimed: KeyRow[] = await trx.raw(
    `INSERT INTO idempotency_keys
       (caller, key, fingerprint, resource_id, holder, lease_until, created_at, expires_at)
     VALUES ${marks(rows)}
     ON CONFLICT (caller, key) DO UPDATE SET
       resource_id = CASE WHEN ${outOfTime}
         THEN excluded.resource_id ELSE idempotency_keys.resource_id END,
       fingerprint = excluded.fingerprint, holder = excluded.holder, lease_until = excluded.lease_until,
       status = NULL, headers = NULL, body = NULL,
       created_at = excluded.created_at, expires_at = excluded.expires_at
     WHERE ${outOfTime}
       OR (idempotency_keys.status IS NULL AND idempotency_keys.fingerprint = excluded.fingerprint
         AND (idempotency_keys.holder IS NULL OR idempotency_keys.lease_until <= excluded.created_at
           OR idempotency_keys.holder NOT LIKE ?))
     RETURNING *`,
    [...bindings(rows), livingHolders],
  );
  if (claimed.length === wanted.length) return claimed;
  const got = new Set(claimed.map((row) => row.holder));
  const left = wanted.filter((each) => !got.has(each.holder)).map(({ caller, key }) => [caller, key]);
  const others: KeyRow[] = await trx.raw(
    `SELECT * FROM idempotency_keys WHERE (caller, key) IN (VALUES ${marks(left)})`,
    bindings(left),
  );
  return [...claimed, ...others];
}

/** Whoever repeats these goes on where they ended. Those that were taken over stay as they are. */
export async function freeKeys(trx: Knex, claims: readonly Claim[]): Promise<void> {
  if (claims.length === 0) return;
  const held = claims.map(({ caller, key, holder }) => [caller, key, holder]);
  await trx.raw(
    `UPDATE idempotency_keys SET holder = NULL WHERE (caller, key, holder) IN (VALUES ${marks(held)})`,
    bindings(held),
  );
}

/** Deletes up to `limit` keys that are out of their time, and says how many. */
export async function pruneKeys(trx: Knex, now: number, limit: number): Promise<number> {
  const pruned: unknown[] = await trx.raw(
    `DELETE FROM idempotency_keys WHERE (caller, key) IN
       (SELECT caller, key FROM idempotency_keys WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
     RETURNING key`,
    [now, limit],
  );
  return pruned.length;
}
