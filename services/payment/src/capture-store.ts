import type { Database } from "@shop/platform";
import type { Tell, Told } from "./messages.ts";
import type { Payment, PaymentStatus } from "./payment.ts";
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

/** How far the provider's books have been compared. */
export interface Position {
  readonly since: number;
  readonly after: string;
}

/** A restored payment counts on from here, so that no later change has a version that the order has seen before. */
const restoredVersion = 1000;

export type CaptureStore = ReturnType<typeof createCaptureStore>;

/** What the provider's books make of ours. Each change is guarded by the state that it was decided on. */
export function createCaptureStore(database: Database, tell: Tell) {
  const telling = (change: (trx: Connection) => Promise<Payment | undefined>): Promise<Told | undefined> =>
    database.write(async (trx) => {
      const payment = await change(trx);
      return payment && (await tell(trx, [payment]))[0];
    });

  return {
    async position(): Promise<Position> {
      const rows: Position[] = await database.read.raw("SELECT since, after FROM reconciled");
      return rows[0] ?? { since: 0, after: "" };
    },

    async advance({ since, after }: Position): Promise<void> {
      await database.write((trx) =>
        trx.raw(
          `INSERT INTO reconciled (only_row, since, after) VALUES (1, ?, ?)
           ON CONFLICT (only_row) DO UPDATE SET since = excluded.since, after = excluded.after`,
          [since, after],
        ),
      );
    },

    /** The state of each charge's payment with us; absent: we have none. */
    async statuses(charges: readonly ListedCharge[]): Promise<ReadonlyMap<string, PaymentStatus>> {
      const rows: { id: string; status: PaymentStatus }[] = await database.read.raw(
        "SELECT id, status FROM payments WHERE id IN (SELECT value FROM json_each(?))",
        [JSON.stringify(charges.map(({ id }) => id))],
      );
      return new Map(rows.map(({ id, status }) => [id, status]));
    },

    /** The payment that is live for the order. */
    async liveOf(orderId: string): Promise<Payment | undefined> {
      const rows: PaymentRow[] = await database.read.raw(liveQuery, [JSON.stringify([orderId])]);
      return rows[0] && paymentOf(rows[0]);
    },

    /** PENDING, CHARGING or UNKNOWN with us, and captured: it succeeded. */
    succeed: (capture: Capture) =>
      telling(async (trx) => {
        const rows: PaymentRow[] = await trx.raw(
          `UPDATE payments SET status = 'SUCCEEDED', amount = ?, provider_reference = ?, version = version + 1, updated_at = ?
           WHERE id = ? AND status IN ('PENDING', 'CHARGING', 'UNKNOWN') RETURNING *`,
          [capture.amount, capture.reference, Date.now(), capture.id],
        );
        return rows[0] && paymentOf(rows[0]);
      }),

    /** We have none: recorded as the provider has it, unless the order has a live payment or it is known by now. */
    restore: (capture: Capture) => telling((trx) => insert(trx, capture)),

    /** The provider has given all of it back: recorded so, with the refund, which has the payment's own id. */
    returned: (capture: Capture, reason: string) =>
      telling(async (trx) => {
        const at = Date.now();
        await trx.raw(
          `UPDATE payments SET status = 'REFUNDED', refunded = amount, provider_reference = ?, failure_code = NULL,
             failure_detail = NULL, version = version + 1, updated_at = ?
           WHERE id = ? AND status = 'FAILED'`,
          [capture.reference, at, capture.id],
        );
        await insert(trx, { ...capture, refunded: capture.amount });
        const payment = await findPayment(trx, capture.id);
        if (payment?.status !== "REFUNDED") return undefined;
        await trx.raw(
          `INSERT INTO refunds (id, payment_id, amount, status, reason, created_at, updated_at)
           VALUES (?, ?, ?, 'SUCCEEDED', ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
          [capture.id, capture.id, capture.amount, reason, at, at],
        );
        return payment;
      }),
  };
}

async function insert(trx: Connection, capture: Capture): Promise<Payment | undefined> {
  const { id, order_id, amount, currency, created_at, reference, refunded } = capture;
  const status = refunded === 0 ? "SUCCEEDED" : refunded < amount ? "PARTIALLY_REFUNDED" : "REFUNDED";
  const rows: PaymentRow[] = await trx.raw(
    `INSERT INTO payments (id, order_id, amount, currency, status, refunded, refunding, provider_reference, version, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING *`,
    [id, order_id, amount, currency, status, refunded, reference, restoredVersion, created_at, Date.now()],
  );
  return rows[0] && paymentOf(rows[0]);
}
