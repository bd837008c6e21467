import type { Database } from "@shop/platform";
import { v7 } from "uuid";
import type { Tell, Told } from "./messages.ts";
import { isCaptured, type Payment, type PaymentStatus } from "./payment.ts";
import { type Connection, findPayment, liveQuery, type PaymentRow, paymentOf } from "./payment-store.ts";
import type { ListedCharge } from "./provider/provider.ts";

/** A charge that the provider made, with its order. */
export interface Capture {
  readonly id: string;
  readonly order_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly created_at: number;
  readonly reference: string;
  /** What the provider gave back of it so far. */
  readonly refunded: number;
}

/** A capture that no order can have: it stays here until the provider has given it back. */
export interface OwedCapture extends Capture {
  readonly reason: "captured-after-failure" | "second-payment";
  /** Under which the rest is asked back: the same until the provider has said yes or no. */
  readonly refund_id: string;
}

/** Recorded and to be told; for `owed` to find; to be looked at again when what is under way has ended; or nothing new. */
export type Finding = Told | "to-give-back" | "payment-under-way" | "refund-under-way" | "as-before";

/** What is written by the provider's books counts on from here: above all that the order has seen before a restore. */
const versionsSkipped = 1000;

export type CaptureStore = ReturnType<typeof createCaptureStore>;

/** What the provider's books make of ours. What follows from a capture is decided and written in one unit. */
export function createCaptureStore(database: Database, tell: Tell) {
  return {
    /** Those of the charges that took money of which our books, as of the last commit, know nothing or less. */
    async differing(charges: readonly ListedCharge[]): Promise<ListedCharge[]> {
      const captured = charges.filter(({ result }) => result.outcome === "succeeded");
      const rows: Pick<PaymentRow, "id" | "status" | "refunded">[] = await database.read.raw(
        "SELECT id, status, refunded FROM payments WHERE id IN (SELECT value FROM json_each(?))",
        [JSON.stringify(captured.map(({ id }) => id))],
      );
      const settled = rows.filter(({ status }) => capturedStatuses.has(status));
      const refunded = new Map(settled.map((row) => [row.id, row.refunded]));
      return captured.filter((charge) => charge.refunded > (refunded.get(charge.id) ?? -1));
    },

    /**
     * Makes our books say of a capture what the provider's say. A missing one is recorded, unless its order has another
     * payment; that and one that we called FAILED are owed back. What a refund of ours has under way is waited for.
     */
    record: (capture: Capture): Promise<Finding> =>
      database.write(async (trx) => {
        const known = await findPayment(trx, capture.id);
        if (known?.status === "FAILED") return owe(trx, capture, "captured-after-failure");
        const recorded = known ? await correct(trx, capture) : await insert(trx, capture);
        if (recorded) return (await tell(trx, [recorded]))[0] ?? "as-before";
        if (known) return known.refunding > 0 && known.refunded < capture.refunded ? "refund-under-way" : "as-before";
        const live = await liveOf(trx, capture.order_id);
        return live && isCaptured(live) ? owe(trx, capture, "second-payment") : "payment-under-way";
      }),

    /** Captures to be given back. One that was declined comes after those that were not. */
    owed: (limit: number): Promise<OwedCapture[]> =>
      database.read.raw(`SELECT ${owedColumns} FROM unresolved_captures ORDER BY refund_id LIMIT ?`, [limit]),

    /** The provider declined, which is its last word on that refund: the next time it is asked for another. */
    async declined({ id, refund_id }: OwedCapture): Promise<void> {
      await database.write((trx) =>
        trx.raw("UPDATE unresolved_captures SET refund_id = ? WHERE id = ? AND refund_id = ?", [v7(), id, refund_id]),
      );
    },

    /** The provider has given all of it back: recorded so, with the refund. */
    returned: (owed: OwedCapture): Promise<Told | undefined> =>
      database.write(async (trx) => {
        await trx.raw("DELETE FROM unresolved_captures WHERE id = ?", [owed.id]);
        const whole = { ...owed, refunded: owed.amount };
        const payment = (await insert(trx, whole)) ?? (await correct(trx, whole));
        if (owed.refunded < owed.amount) await insertRefund(trx, owed);
        return payment && (await tell(trx, [payment]))[0];
      }),
  };
}

const capturedStatuses: ReadonlySet<PaymentStatus> = new Set(["SUCCEEDED", "PARTIALLY_REFUNDED", "REFUNDED"]);

const owedColumns = "id, order_id, amount, currency, reference, refunded, reason, refund_id, created_at";

const statusOf = ({ amount, refunded }: Capture): PaymentStatus =>
  refunded === 0 ? "SUCCEEDED" : refunded < amount ? "PARTIALLY_REFUNDED" : "REFUNDED";

async function liveOf(trx: Connection, orderId: string): Promise<Payment | undefined> {
  const rows: PaymentRow[] = await trx.raw(liveQuery, [JSON.stringify([orderId])]);
  return rows[0] && paymentOf(rows[0]);
}

/** Undefined: it is known, or its order has a live payment. */
async function insert(trx: Connection, capture: Capture): Promise<Payment | undefined> {
  const { id, order_id, amount, currency, created_at, reference, refunded } = capture;
  const rows: PaymentRow[] = await trx.raw(
    `INSERT INTO payments (id, order_id, amount, currency, status, refunded, refunding, provider_reference, version, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING *`,
    [id, order_id, amount, currency, statusOf(capture), refunded, reference, versionsSkipped, created_at, Date.now()],
  );
  return rows[0] && paymentOf(rows[0]);
}

/** Undefined: what we have says as much already, or a refund of ours is under way. */
async function correct(trx: Connection, capture: Capture): Promise<Payment | undefined> {
  const { id, amount, reference, refunded } = capture;
  const rows: PaymentRow[] = await trx.raw(
    `UPDATE payments SET status = ?, amount = ?, refunded = ?, provider_reference = ?, failure_code = NULL,
       failure_detail = NULL, version = version + ?, updated_at = ?
     WHERE id = ? AND refunding = 0
       AND (status IN ('PENDING', 'CHARGING', 'UNKNOWN', 'FAILED') OR refunded < ?)
     RETURNING *`,
    [statusOf(capture), amount, refunded, reference, versionsSkipped, Date.now(), id, refunded],
  );
  return rows[0] && paymentOf(rows[0]);
}

async function owe(trx: Connection, capture: Capture, reason: OwedCapture["reason"]): Promise<"to-give-back"> {
  const { id, order_id, amount, currency, reference, refunded, created_at } = capture;
  await trx.raw(
    `INSERT INTO unresolved_captures (${owedColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET refunded = excluded.refunded`,
    [id, order_id, amount, currency, reference, refunded, reason, id, created_at],
  );
  return "to-give-back";
}

async function insertRefund(trx: Connection, { id, amount, refunded, reason, refund_id }: OwedCapture): Promise<void> {
  const at = Date.now();
  await trx.raw(
    `INSERT INTO refunds (id, payment_id, amount, status, reason, created_at, updated_at)
     VALUES (?, ?, ?, 'SUCCEEDED', ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    [refund_id, id, amount - refunded, reason, at, at],
  );
}
