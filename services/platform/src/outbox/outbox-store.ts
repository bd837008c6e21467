import type { Knex } from "knex";

export type OutboxState = "WAITING" | "DELIVERED" | "DEAD";

/** A message as it is kept. Times are milliseconds since 1970. */
export interface OutboxRow {
  /** Grows with each append: the order within an aggregate. */
  readonly seq: number;
  /** Stays the same over all tries: receivers know a repetition by it. */
  readonly id: string;
  readonly destination: string;
  readonly aggregate: string;
  readonly type: string;
  /** As parsed from what is stored: serialised again it gives the same text at each try. */
  readonly payload: unknown;
  readonly state: OutboxState;
  /** Tries that are over. */
  readonly attempts: number;
  readonly due_at: number;
  /** Who may try it until `lease_until`; null when nobody does. */
  readonly holder: string | null;
  readonly lease_until: number;
  readonly last_error: string | null;
  readonly created_at: number;
  readonly settled_at: number | null;
}

/** A message on its way into the store. */
export type NewRow = Pick<OutboxRow, "id" | "destination" | "aggregate" | "type"> & { readonly payload: string };

/** How a try, or a lease without one, ended. */
export interface Settlement {
  readonly row: OutboxRow;
  readonly state: OutboxState;
  /** 1 after a try; 0 when the row is given back untried. */
  readonly tries: 0 | 1;
  readonly due_at: number;
  readonly last_error: string | null;
}

export interface Lease {
  readonly holder: string;
  readonly until: number;
}

export interface OutboxFilter {
  readonly state?: OutboxState | undefined;
  readonly destination?: string | undefined;
  /** Only rows with a smaller `seq`: where the page before ended. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface OutboxCount {
  readonly destination: string;
  readonly state: "WAITING" | "DEAD";
  readonly count: number;
  /** When the oldest of them was appended. */
  readonly oldest: number;
}

type Stored = Omit<OutboxRow, "payload"> & { readonly payload: string };

const parsed = (row: Stored): OutboxRow => ({ ...row, payload: JSON.parse(row.payload) });

async function rows<Row>(connection: Knex, sql: string, bindings: readonly unknown[]): Promise<Row[]> {
  return (await connection.raw(sql, bindings as Knex.RawBinding[])) as Row[];
}

const valuesOf = (count: number, columns: number): string =>
  new Array(count).fill(`(${new Array(columns).fill("?").join(", ")})`).join(", ");

/** Takes the time. */
const free = "(holder IS NULL OR lease_until <= ?)";

/** Nobody tries `o`, and nothing of its aggregate waits before it. Takes the time. Answered from `outbox_in_turn` alone. */
const inTurn = `(o.holder IS NULL OR o.lease_until <= ?)
  AND NOT EXISTS (
    SELECT 1 FROM outbox e
    WHERE e.state = 'WAITING' AND e.destination = o.destination AND e.aggregate = o.aggregate AND e.seq < o.seq)`;

const insert = (count: number): string => `
WITH m (n, id, destination, aggregate, type, payload, holder) AS (VALUES ${valuesOf(count, 7)})
INSERT INTO outbox
  (id, destination, aggregate, type, payload, state, attempts, due_at, holder, lease_until, created_at)
SELECT m.id, m.destination, m.aggregate, m.type, m.payload, 'WAITING', 0, ?,
  CASE WHEN EXISTS (
    SELECT 1 FROM outbox o
    WHERE o.state = 'WAITING' AND o.destination = m.destination AND o.aggregate = m.aggregate
  ) THEN NULL ELSE m.holder END, ?, ?
FROM m ORDER BY m.n
RETURNING *`;

/** So that a statement stays far below the bound of its parameters. */
const insertedAtOnce = 500;

/**
 * Adds rows in the order given. The first of each aggregate that has nothing waiting is leased at once, so that its
 * first try needs no statement more.
 */
export async function insertRows(trx: Knex, added: readonly NewRow[], lease: Lease, at: number): Promise<OutboxRow[]> {
  const aggregates = new Set<string>();
  const inserted = new Map<string, OutboxRow>();
  for (let start = 0; start < added.length; start += insertedAtOnce) {
    const some = added.slice(start, start + insertedAtOnce);
    const values = some.flatMap(({ id, destination, aggregate, type, payload }, index) => {
      const known = aggregates.size;
      const first = aggregates.add(JSON.stringify([destination, aggregate])).size > known;
      return [index, id, destination, aggregate, type, payload, first ? lease.holder : null];
    });
    const stored = await rows<Stored>(trx, insert(some.length), [...values, at, lease.until, at]);
    for (const row of stored) inserted.set(row.id, parsed(row));
  }
  return added.map(({ id }) => inserted.get(id) as OutboxRow);
}

const settle = (count: number): string => `
WITH s (seq, state, tries, due_at, last_error, settled_at) AS (VALUES ${valuesOf(count, 6)})
UPDATE outbox
SET state = s.state, attempts = attempts + s.tries, due_at = s.due_at, settled_at = s.settled_at, holder = NULL,
  last_error = COALESCE(s.last_error, outbox.last_error)
FROM s
WHERE outbox.seq = s.seq AND outbox.state = 'WAITING' AND outbox.holder = ?
RETURNING outbox.seq`;

/** Writes down how leases of `holder` ended. Answers with the rows that were its own still. */
export async function settleRows(
  trx: Knex,
  settled: readonly Settlement[],
  holder: string,
  at: number,
): Promise<ReadonlySet<number>> {
  const values = settled.flatMap(({ row, state, tries, due_at, last_error }) => [
    ...[row.seq, state, tries, due_at, last_error, state === "WAITING" ? null : at],
  ]);
  const updated = await rows<{ seq: number }>(trx, settle(settled.length), [...values, holder]);
  return new Set(updated.map(({ seq }) => seq));
}

const claimNext = (count: number): string => `
WITH s (destination, aggregate) AS (VALUES ${valuesOf(count, 2)})
UPDATE outbox SET holder = ?, lease_until = ?
WHERE seq IN (
    SELECT (SELECT min(o.seq) FROM outbox o
      WHERE o.state = 'WAITING' AND o.destination = s.destination AND o.aggregate = s.aggregate)
    FROM s)
  AND state = 'WAITING' AND due_at <= ? AND ${free}
RETURNING *`;

/** Leases what comes next in the aggregates of rows that the caller has just settled, and so held alone. */
export async function claimSuccessors(
  trx: Knex,
  settled: readonly Pick<OutboxRow, "destination" | "aggregate">[],
  lease: Lease,
  at: number,
): Promise<OutboxRow[]> {
  const values = settled.flatMap(({ destination, aggregate }) => [destination, aggregate]);
  const bindings = [...values, lease.holder, lease.until, at, at];
  return (await rows<Stored>(trx, claimNext(settled.length), bindings)).map(parsed);
}

const claim = `
UPDATE outbox SET holder = ?, lease_until = ?
WHERE seq IN (
    SELECT o.seq FROM outbox o
    WHERE o.state = 'WAITING' AND o.destination = ? AND o.due_at <= ? AND ${inTurn}
    ORDER BY o.due_at, o.seq
    LIMIT ?)
  AND state = 'WAITING' AND ${free}
RETURNING *`;

/** Leases up to `limit` rows of the destination that are due and in turn, the longest due first. */
export async function claimDue(
  trx: Knex,
  destination: string,
  limit: number,
  lease: Lease,
  at: number,
): Promise<OutboxRow[]> {
  const bindings = [lease.holder, lease.until, destination, at, at, limit, at];
  const claimed = (await rows<Stored>(trx, claim, bindings)).map(parsed);
  return claimed.sort((a, b) => a.due_at - b.due_at || a.seq - b.seq);
}

const oneIsDue = `
SELECT ? AS destination
WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.state = 'WAITING' AND o.destination = ? AND o.due_at <= ? AND ${inTurn})`;

/** Which of the destinations have a row that `claimDue` would take. One statement. */
export async function destinationsWithDue(read: Knex, destinations: readonly string[], at: number): Promise<string[]> {
  const sql = destinations.map(() => oneIsDue).join(" UNION ALL ");
  const bindings = destinations.flatMap((destination) => [destination, destination, at, at]);
  return (await rows<{ destination: string }>(read, sql, bindings)).map(({ destination }) => destination);
}

/** All that waits for the destination is due now. */
export const bringForward = (trx: Knex, destination: string, at: number): Promise<unknown> =>
  trx("outbox").where({ state: "WAITING", destination }).where("due_at", ">", at).update({ due_at: at });

/** Ends the leases of everyone else: right only where nobody else is alive. */
export const freeOthers = (trx: Knex, holder: string): Promise<unknown> =>
  trx("outbox").where({ state: "WAITING" }).whereNotNull("holder").whereNot({ holder }).update({ holder: null });

const revive = `
UPDATE outbox
SET state = 'WAITING', attempts = 0, holder = NULL, settled_at = NULL,
  due_at = COALESCE((
    SELECT max(e.lease_until) FROM outbox e
    WHERE e.destination = outbox.destination AND e.aggregate = outbox.aggregate
      AND e.state = 'WAITING' AND e.holder IS NOT NULL AND e.lease_until > ?), ?)
WHERE id = ? AND state <> 'WAITING'
RETURNING *`;

/**
 * A settled row waits again, as if it were new but for its id and place; due now, or when a later row of its aggregate
 * that is being tried has lost its lease. Undefined when there is none settled.
 */
export async function reviveRow(trx: Knex, id: string, at: number): Promise<OutboxRow | undefined> {
  const [revived] = await rows<Stored>(trx, revive, [at, at, id]);
  return revived && parsed(revived);
}

/** Newest first. */
export async function listRows(read: Knex, { limit, before, ...filter }: OutboxFilter): Promise<OutboxRow[]> {
  const query = read<Stored>("outbox").orderBy("seq", "desc").limit(limit);
  for (const [column, value] of Object.entries(filter)) if (value !== undefined) query.where(column, value);
  if (before !== undefined) query.where("seq", "<", before);
  return ((await query) as Stored[]).map(parsed);
}

export async function findRow(read: Knex, id: string): Promise<OutboxRow | undefined> {
  const found = await read<Stored>("outbox").where({ id }).first();
  return found && parsed(found as Stored);
}

/** What is not delivered, by destination and state. Delivered rows are history, and counting them would read it all. */
export const countRows = (read: Knex): Promise<OutboxCount[]> =>
  rows(
    read,
    `SELECT destination, state, count(*) AS count, min(created_at) AS oldest FROM outbox
     WHERE state IN ('WAITING', 'DEAD') GROUP BY destination, state`,
    [],
  );

/** Deletes up to `limit` of those delivered before; answers with how many. */
export function pruneRows(trx: Knex, deliveredBefore: number, limit: number): Promise<number> {
  const old = trx("outbox").select("seq").where({ state: "DELIVERED" }).where("settled_at", "<", deliveredBefore);
  return trx("outbox").whereIn("seq", old.orderBy("settled_at").limit(limit)).delete();
}
