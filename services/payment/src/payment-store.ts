import { createBatcher, type Database, overloaded, type WriteOptions } from "@shop/platform";
import type { Tell, Told } from "./messages.ts";
import type { Failure, Payment, PaymentStatus } from "./payment.ts";
import type { ProviderResult } from "./provider/provider.ts";

export type Connection = Database["read"];

/** The column list in the order of `rowOf`. */
const columns =
  "id, order_id, amount, currency, status, refunded, refunding, provider_reference, failure_code, failure_detail, version, created_at, updated_at";

export interface PaymentRow extends Omit<Payment, "failure"> {
  readonly failure_code: string | null;
  readonly failure_detail: string | null;
}

export const paymentOf = ({ failure_code: code, failure_detail: detail, ...rest }: PaymentRow): Payment => ({
  ...rest,
  failure: code === null || detail === null ? null : { code, detail },
});

interface Beginning {
  readonly payment: Payment;
  readonly deadline: number;
}

export interface Outcome {
  readonly id: string;
  /** Undefined: the provider gave no definitive answer. */
  readonly result: ProviderResult | undefined;
}

interface Asked {
  readonly order_id: string;
  /** The payment that a repeated request would make. */
  readonly id: string | undefined;
}

export interface PaymentFilter {
  readonly order_id?: string | undefined;
  readonly status?: PaymentStatus | undefined;
  /** Only payments older than this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export type PaymentStore = ReturnType<typeof createPaymentStore>;

/**
 * Payments in their table. Every change writes what it makes others know, by `tell`, in its own unit. What every payment
 * passes through (`standing`, `begin`, `settle`) is gathered into one statement.
 */
export function createPaymentStore(database: Database, tell: Tell) {
  const standing = createBatcher<Asked, Payment | undefined>({
    max: 64,
    run: (asked) => standingOf(database.read, asked),
  });
  const begin = createBatcher<Beginning, Told>({
    max: 64,
    gatherMs: 4,
    run: (items) => beginAll(database, tell, items),
  });
  const settle = createBatcher<Outcome, Told>({
    gatherMs: 4,
    max: 64,
    run: (outcomes) => database.write((trx) => settleAll(trx, tell, outcomes)),
  });

  return {
    find: (id: string): Promise<Payment | undefined> => findPayment(database.read, id),

    /**
     * What stands in the way of a new payment of the order, as of the last commit: the payment under this id, in whatever
     * state, or the order's live one.
     */
    standing: (order_id: string, id?: string): Promise<Payment | undefined> => standing.add({ order_id, id }),

    /** Adds the payment unless the order has a live one, or its id is taken; answers the one that stands there now. */
    begin: (payment: Payment, { deadline }: { deadline: number }): Promise<Told> => begin.add({ payment, deadline }),

    /** PENDING to CHARGING, for the amount that the order agreed to; undefined when it is not PENDING any more. */
    charge(id: string, amount: number, options: WriteOptions): Promise<Payment | undefined> {
      return database.write((trx) => change(trx, "status = 'CHARGING', amount = ?", [amount], id), options);
    },

    /** PENDING to FAILED, without a charge; undefined when it is not PENDING any more. */
    abandon(id: string, { code, detail }: Failure): Promise<Told | undefined> {
      const set = "status = 'FAILED', failure_code = ?, failure_detail = ?";
      return database.write(async (trx) => {
        const failed = await change(trx, set, [code, detail], id);
        return failed && (await tell(trx, [failed]))[0];
      });
    },

    /**
     * Records what the provider said of a payment that is CHARGING or UNKNOWN, and answers the payment as it is then:
     * one that was settled before stays as it was. Has no deadline: the money has moved, whoever still waits.
     */
    settle: (outcome: Outcome): Promise<Told> => settle.add(outcome),

    /** Writes the payment's present state into the outbox once more, for an order that seems not to have heard of it. */
    retell: (id: string): Promise<Told | undefined> =>
      database.write(async (trx) => {
        const payment = await findPayment(trx, id);
        return payment && (await tell(trx, [payment]))[0];
      }),

    /** UNKNOWN ones, and CHARGING ones not changed since `chargingBefore`, in the order of their ids, after the given one. */
    async unresolved(query: { chargingBefore: number; after: string; limit: number }): Promise<Payment[]> {
      const rows: PaymentRow[] = await database.read.raw(unresolvedQuery, [
        query.after,
        query.chargingBefore,
        query.limit,
      ]);
      return rows.map(paymentOf);
    },

    /** Newest first (ids are made in the order of time). */
    async list({ order_id, status, before, limit }: PaymentFilter): Promise<Payment[]> {
      const { sql, filters } = listStatement({ order_id, status });
      const rows: PaymentRow[] = await database.read.raw(sql, [before ?? pastEveryId, ...filters, limit]);
      return rows.map(paymentOf);
    },

    async countByStatus(): Promise<Partial<Record<PaymentStatus, number>>> {
      const rows: { status: PaymentStatus; count: number }[] = await database.read.raw(
        "SELECT status, count(*) AS count FROM payments GROUP BY status",
      );
      return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
    },
  };
}

/** Sorts after all hexadecimal digits. */
export const pastEveryId = "~";

/** The statement of a list and what it is filtered by; apart, so that its plan can be checked. */
export function listStatement({ order_id, status }: Pick<PaymentFilter, "order_id" | "status">) {
  const conditions = ["id < ?"];
  if (order_id !== undefined) conditions.push("order_id = ?");
  if (status !== undefined) conditions.push("status = ?");
  return {
    sql: `SELECT ${columns} FROM payments WHERE ${conditions.join(" AND ")} ORDER BY id DESC LIMIT ?`,
    filters: [order_id, status].filter((value) => value !== undefined),
  };
}

export const unresolvedQuery = `
  SELECT ${columns} FROM payments
  WHERE status IN ('CHARGING', 'UNKNOWN') AND id > ? AND (status = 'UNKNOWN' OR updated_at < ?)
  ORDER BY id LIMIT ?`;

export const liveQuery = `
  SELECT ${columns} FROM payments
  WHERE order_id IN (SELECT value FROM json_each(?))
    AND status IN ('PENDING', 'CHARGING', 'UNKNOWN', 'SUCCEEDED', 'PARTIALLY_REFUNDED')`;

async function findPayments(connection: Connection, ids: readonly string[]): Promise<Map<string, Payment>> {
  const rows: PaymentRow[] = await connection.raw(
    `SELECT ${columns} FROM payments WHERE id IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map((row) => [row.id, paymentOf(row)]));
}

export async function findPayment(connection: Connection, id: string): Promise<Payment | undefined> {
  const rows: PaymentRow[] = await connection.raw(`SELECT ${columns} FROM payments WHERE id = ?`, [id]);
  return rows[0] && paymentOf(rows[0]);
}

/** Each asker's payment: the one under its id, else the live one of its order. */
async function standingOf(connection: Connection, asked: readonly Asked[]): Promise<(Payment | undefined)[]> {
  const live: PaymentRow[] = await connection.raw(liveQuery, [JSON.stringify(asked.map(({ order_id }) => order_id))]);
  const ids = asked.map(({ id }) => id).filter((id) => id !== undefined);
  const same = ids.length > 0 ? await findPayments(connection, ids) : new Map<string, Payment>();
  const byOrder = new Map(live.map((row) => [row.order_id, paymentOf(row)]));
  return asked.map(({ id, order_id }) => (id !== undefined ? same.get(id) : undefined) ?? byOrder.get(order_id));
}

/** A payment whose caller has stopped waiting is not begun: it would be charged with nobody there to hear of it. */
async function beginAll(database: Database, tell: Tell, items: readonly Beginning[]): Promise<(Told | Error)[]> {
  const awaited = items.filter(({ deadline }) => performance.now() < deadline).map(({ payment }) => payment);
  if (awaited.length === 0) return items.map(overloadedNow);
  const deadline = Math.max(...items.map((item) => item.deadline));
  const begun = await database.write((trx) => insertOrFind(trx, tell, awaited), { deadline });
  return items.map(({ payment }) => begun.get(payment) ?? overloadedNow());
}

const overloadedNow = (): Error => overloaded();

/** Each payment, or, where it was not let in, the one that was there first. */
async function insertOrFind(trx: Connection, tell: Tell, payments: readonly Payment[]): Promise<Map<Payment, Told>> {
  const rows = payments.map((it) => [it.id, it.order_id, it.amount, it.currency, it.status, it.created_at]);
  const inserted: { id: string }[] = await trx.raw(
    `INSERT INTO payments (${columns})
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, 0, 0, NULL, NULL, NULL, 1, value ->> 5, value ->> 5
     FROM json_each(?) WHERE true
     ON CONFLICT DO NOTHING
     RETURNING id`,
    [JSON.stringify(rows)],
  );
  const ids = new Set(inserted.map(({ id }) => id));
  const told = await tell(
    trx,
    payments.filter(({ id }) => ids.has(id)),
  );
  const begun = new Map(told.map((each) => [each.payment, each]));
  const refused = payments.filter((payment) => !begun.has(payment));
  if (refused.length === 0) return begun;
  const standing = await standingOf(trx, refused);
  for (const [index, payment] of refused.entries()) {
    const first = standing[index];
    if (first) begun.set(payment, { payment: first, row: undefined });
  }
  return begun;
}

/** One change of a PENDING payment. */
async function change(
  trx: Connection,
  set: string,
  values: readonly (string | number)[],
  id: string,
): Promise<Payment | undefined> {
  const rows: PaymentRow[] = await trx.raw(
    `UPDATE payments SET ${set}, version = version + 1, updated_at = ? WHERE id = ? AND status = 'PENDING' RETURNING ${columns}`,
    [...values, Date.now(), id],
  );
  return rows[0] && paymentOf(rows[0]);
}

async function settleAll(trx: Connection, tell: Tell, outcomes: readonly Outcome[]): Promise<(Told | Error)[]> {
  const changed: PaymentRow[] = await trx.raw(
    `UPDATE payments SET status = o.value ->> 1, provider_reference = o.value ->> 2,
       failure_code = o.value ->> 3, failure_detail = o.value ->> 4, version = version + 1, updated_at = ?
     FROM json_each(?) AS o
     WHERE payments.id = o.value ->> 0
       AND payments.status IN ('CHARGING', 'UNKNOWN') AND payments.status <> o.value ->> 1
     RETURNING ${columns}`,
    [Date.now(), JSON.stringify(outcomes.map(settlementOf))],
  );
  const told = await tell(trx, changed.map(paymentOf));
  const settled = new Map(told.map((each) => [each.payment.id, each]));
  const others = outcomes.map(({ id }) => id).filter((id) => !settled.has(id));
  const unchanged = others.length > 0 ? await findPayments(trx, others) : new Map<string, Payment>();
  return outcomes.map(({ id }) => {
    const payment = unchanged.get(id);
    if (payment) return { payment, row: undefined };
    const told = settled.get(id);
    if (!told) return new Error(`There is no payment ${id} to settle.`);
    // Two outcomes of one payment: its row is dispatched once.
    settled.set(id, { ...told, row: undefined });
    return told;
  });
}

function settlementOf({ id, result }: Outcome): [string, PaymentStatus, ...(string | null)[]] {
  if (!result) return [id, "UNKNOWN", null, null, null];
  if (result.outcome === "succeeded") return [id, "SUCCEEDED", result.reference, null, null];
  return [id, "FAILED", null, result.code, result.detail];
}
