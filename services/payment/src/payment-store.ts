import { createBatcher, type Database, overloaded, type WriteOptions } from "@shop/platform";
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

export interface PaymentFilter {
  readonly order_id?: string | undefined;
  readonly status?: PaymentStatus | undefined;
  /** Only payments older than this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export type PaymentStore = ReturnType<typeof createPaymentStore>;

/** Payments in their table. What every payment passes through (`live`, `begin`, `settle`) is gathered into one statement. */
export function createPaymentStore(database: Database) {
  const live = createBatcher<string, Payment | undefined>({
    max: 64,
    async run(orderIds) {
      const standing = await liveOf(database.read, orderIds);
      return orderIds.map((id) => standing.get(id));
    },
  });
  const begin = createBatcher<Beginning, Payment>({ max: 64, gatherMs: 4, run: (items) => beginAll(database, items) });
  const settle = createBatcher<Outcome, Payment>({
    gatherMs: 4,
    max: 64,
    run: (outcomes) => database.write((trx) => settleAll(trx, outcomes)),
  });

  return {
    find: (id: string): Promise<Payment | undefined> => findPayment(database.read, id),

    /** The payment that stands in the way of another for the order, as of the last commit. */
    live: (orderId: string): Promise<Payment | undefined> => live.add(orderId),

    /** Adds the payment unless the order has a live one; answers the one that is live now. */
    begin: (payment: Payment, { deadline }: { deadline: number }): Promise<Payment> => begin.add({ payment, deadline }),

    /** PENDING to CHARGING, for the amount that the order agreed to; undefined when it is not PENDING any more. */
    charge(id: string, amount: number, options: WriteOptions): Promise<Payment | undefined> {
      return database.write((trx) => change(trx, "status = 'CHARGING', amount = ?", [amount], id), options);
    },

    /** PENDING to FAILED, without a charge; undefined when it is not PENDING any more. */
    abandon(id: string, { code, detail }: Failure): Promise<Payment | undefined> {
      const set = "status = 'FAILED', failure_code = ?, failure_detail = ?";
      return database.write((trx) => change(trx, set, [code, detail], id));
    },

    /**
     * Records what the provider said of a payment that is CHARGING or UNKNOWN, and answers the payment as it is then:
     * one that was settled before stays as it was. Has no deadline: the money has moved, whoever still waits.
     */
    settle: (outcome: Outcome): Promise<Payment> => settle.add(outcome),

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

export const liveQuery = `
  SELECT ${columns} FROM payments
  WHERE order_id IN (SELECT value FROM json_each(?))
    AND status IN ('PENDING', 'CHARGING', 'UNKNOWN', 'SUCCEEDED', 'PARTIALLY_REFUNDED')`;

export async function findPayment(connection: Connection, id: string): Promise<Payment | undefined> {
  const rows: PaymentRow[] = await connection.raw(`SELECT ${columns} FROM payments WHERE id = ?`, [id]);
  return rows[0] && paymentOf(rows[0]);
}

async function liveOf(connection: Connection, orderIds: readonly string[]): Promise<Map<string, Payment>> {
  const rows: PaymentRow[] = await connection.raw(liveQuery, [JSON.stringify(orderIds)]);
  return new Map(rows.map((row) => [row.order_id, paymentOf(row)]));
}

/** A payment whose caller has stopped waiting is not begun: it would be charged with nobody there to hear of it. */
async function beginAll(database: Database, items: readonly Beginning[]): Promise<(Payment | Error)[]> {
  const awaited = items.filter(({ deadline }) => performance.now() < deadline).map(({ payment }) => payment);
  const deadline = Math.max(...items.map((item) => item.deadline));
  const standing =
    awaited.length > 0
      ? await database.write((trx) => insertOrFind(trx, awaited), { deadline })
      : new Map<string, Payment>();
  return items.map(({ payment }) => standing.get(payment.order_id) ?? overloaded());
}

/** The live payment of each order: ours where the unique index let it in, else the one that was there first. */
async function insertOrFind(trx: Connection, payments: readonly Payment[]): Promise<Map<string, Payment>> {
  const rows = payments.map((it) => [it.id, it.order_id, it.amount, it.currency, it.status, it.created_at]);
  const inserted: unknown[] = await trx.raw(
    `INSERT INTO payments (${columns})
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, 0, 0, NULL, NULL, NULL, 1, value ->> 5, value ->> 5
     FROM json_each(?) WHERE true
     ON CONFLICT DO NOTHING
     RETURNING id`,
    [JSON.stringify(rows)],
  );
  const orderIds = payments.map((payment) => payment.order_id);
  return inserted.length === payments.length
    ? new Map(payments.map((payment) => [payment.order_id, payment]))
    : liveOf(trx, orderIds);
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

async function settleAll(trx: Connection, outcomes: readonly Outcome[]): Promise<(Payment | Error)[]> {
  const changed: PaymentRow[] = await trx.raw(
    `UPDATE payments SET status = o.value ->> 1, provider_reference = o.value ->> 2,
       failure_code = o.value ->> 3, failure_detail = o.value ->> 4, version = version + 1, updated_at = ?
     FROM json_each(?) AS o
     WHERE payments.id = o.value ->> 0
       AND payments.status IN ('CHARGING', 'UNKNOWN') AND payments.status <> o.value ->> 1
     RETURNING ${columns}`,
    [Date.now(), JSON.stringify(outcomes.map(settlementOf))],
  );
  const settled = new Map(changed.map((row) => [row.id, paymentOf(row)]));
  for (const { id } of outcomes) {
    const standing = settled.get(id) ?? (await findPayment(trx, id));
    if (standing) settled.set(id, standing);
  }
  return outcomes.map(({ id }) => settled.get(id) ?? new Error(`There is no payment ${id} to settle.`));
}

function settlementOf({ id, result }: Outcome): [string, PaymentStatus, ...(string | null)[]] {
  if (!result) return [id, "UNKNOWN", null, null, null];
  if (result.outcome === "succeeded") return [id, "SUCCEEDED", result.reference, null, null];
  return [id, "FAILED", null, result.code, result.detail];
}
