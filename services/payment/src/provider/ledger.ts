import { createBatcher, type Database, type Migration } from "@shop/platform";
import type { ChargeRequest, ListedCharge, ListFrom, ProviderResult, RefundRequest } from "./provider.ts";

/** The simulated provider's own books: another company's in truth, so nothing of ours is joined with them. */
export const ledgerMigrations: readonly Migration[] = [
  {
    name: "0001-ledger",
    sql: `
      CREATE TABLE charges (
        id TEXT PRIMARY KEY,
        amount INTEGER NOT NULL CHECK (amount > 0),
        currency TEXT NOT NULL,
        reference TEXT NOT NULL,
        declined_code TEXT,
        declined_detail TEXT,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX charges_by_time ON charges (created_at, id);

      CREATE TABLE refunds (
        id TEXT PRIMARY KEY,
        payment_id TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        reference TEXT NOT NULL,
        declined_code TEXT,
        declined_detail TEXT,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX refunds_by_charge ON refunds (payment_id);
    `,
  },
  { name: "0002-order-of-a-charge", sql: "ALTER TABLE charges ADD COLUMN order_id TEXT" },
];

type Connection = Database["read"];

interface Verdict {
  readonly reference: string;
  readonly declined_code: string | null;
  readonly declined_detail: string | null;
}
interface ChargeRow extends Verdict {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly created_at: number;
  readonly order_id: string | null;
}
interface RefundRow extends Verdict {
  readonly id: string;
  readonly payment_id: string;
  readonly amount: number;
}

export interface Entry<Request> {
  readonly request: Request;
  /** What to write down, unless the id is there already: then what stands there is the answer. */
  readonly result: ProviderResult;
}

const chargeColumns = "id, amount, currency, reference, declined_code, declined_detail, created_at, order_id";
const refundColumns = "id, payment_id, amount, reference, declined_code, declined_detail";

export type Ledger = ReturnType<typeof createLedger>;

/** An id is written once; the same id with another amount is refused, because one of the two must be a mistake. */
export function createLedger(database: Database) {
  const charging = createBatcher<Entry<ChargeRequest>, ProviderResult>({
    max: 64,
    gatherMs: 4,
    run: (entries) => database.write((trx) => enterCharges(trx, entries)),
  });

  return {
    enterCharge: (entry: Entry<ChargeRequest>): Promise<ProviderResult> => charging.add(entry),

    enterRefund: ({ request, result }: Entry<RefundRequest>): Promise<ProviderResult> =>
      database.write(async (trx) => {
        const known = await refundOf(trx, request.id);
        if (known?.amount === request.amount) return resultOf(known);
        if (known) throw conflict(request.id);
        const decided = (await covers(trx, request)) ? result : exceeds;
        await trx.raw(`INSERT INTO refunds (${refundColumns}, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`, [
          request.id,
          request.payment_id,
          request.amount,
          ...verdictOf(decided),
          Date.now(),
        ]);
        return decided;
      }),

    async findCharge(id: string): Promise<ProviderResult | undefined> {
      const rows: ChargeRow[] = await database.read.raw(`SELECT ${chargeColumns} FROM charges WHERE id = ?`, [id]);
      return rows[0] && resultOf(rows[0]);
    },

    async findRefund(id: string): Promise<ProviderResult | undefined> {
      const row = await refundOf(database.read, id);
      return row && resultOf(row);
    },

    async list({ since, after = "", limit = -1 }: ListFrom): Promise<ListedCharge[]> {
      const rows: (ChargeRow & { refunded: number })[] = await database.read.raw(
        `SELECT ${chargeColumns},
           (SELECT coalesce(sum(amount), 0) FROM refunds
            WHERE payment_id = charges.id AND declined_code IS NULL) AS refunded
         FROM charges WHERE (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?`,
        [since, after, limit],
      );
      return rows.map(({ id, amount, currency, order_id, refunded, created_at, ...verdict }) => ({
        ...{ id, amount, currency, order_id, refunded, created_at },
        result: resultOf(verdict),
      }));
    },
  };
}

async function enterCharges(
  trx: Connection,
  entries: readonly Entry<ChargeRequest>[],
): Promise<(ProviderResult | Error)[]> {
  const created_at = Date.now();
  const rows = entries.map(({ request: { id, amount, currency, order_id }, result }) => [
    ...[id, amount, currency],
    ...verdictOf(result),
    order_id,
  ]);
  await trx.raw(
    `INSERT INTO charges (${chargeColumns})
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, ?, value ->> 6
     FROM json_each(?) WHERE true
     ON CONFLICT (id) DO NOTHING`,
    [created_at, JSON.stringify(rows)],
  );
  const standing: ChargeRow[] = await trx.raw(
    `SELECT ${chargeColumns} FROM charges WHERE id IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(entries.map(({ request }) => request.id))],
  );
  const byId = new Map(standing.map((row) => [row.id, row]));
  return entries.map(({ request: { id, amount, currency } }) => {
    const row = byId.get(id);
    return row?.amount === amount && row.currency === currency ? resultOf(row) : conflict(id);
  });
}

async function refundOf(connection: Connection, id: string): Promise<RefundRow | undefined> {
  const rows: RefundRow[] = await connection.raw(`SELECT ${refundColumns} FROM refunds WHERE id = ?`, [id]);
  return rows[0];
}

/** Whether the charge has this much left, refunds so far taken off. */
async function covers(trx: Connection, { payment_id, amount }: RefundRequest): Promise<boolean> {
  const rows: unknown[] = await trx.raw(
    `SELECT 1 FROM charges WHERE id = ? AND declined_code IS NULL AND amount >= ? +
       (SELECT coalesce(sum(amount), 0) FROM refunds WHERE payment_id = charges.id AND declined_code IS NULL)`,
    [payment_id, amount],
  );
  return rows.length > 0;
}

const exceeds: ProviderResult = {
  outcome: "declined",
  code: "exceeds-charge",
  detail: "The charge has less than this left to give back.",
};

const conflict = (id: string): Error => new Error(`The id ${id} was used before for another amount.`);

const verdictOf = (result: ProviderResult): [string, string | null, string | null] =>
  result.outcome === "succeeded" ? [result.reference, null, null] : ["", result.code, result.detail];

const resultOf = ({ reference, declined_code, declined_detail }: Verdict): ProviderResult =>
  declined_code === null
    ? { outcome: "succeeded", reference }
    : { outcome: "declined", code: declined_code, detail: declined_detail ?? declined_code };
