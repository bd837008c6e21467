import type { Database, MinorUnits, WriteOptions } from "@shop/platform";
import type { Tell, Told } from "./messages.ts";
import type { Payment } from "./payment.ts";
import { type Connection, findPayment, type PaymentRow, pastEveryId, paymentOf } from "./payment-store.ts";
import type { Refund } from "./refund.ts";

const columns = "id, payment_id, amount, status, reason, created_at, updated_at";

export type RefundStore = ReturnType<typeof createRefundStore>;

/** Refunds, and the part of their payment that they claim and take. */
export function createRefundStore(database: Database, tell: Tell) {
  return {
    /** One unit of work: all of it or nothing. */
    inTransaction: <T>(
      unit: (store: ReturnType<typeof refundUnit>) => Promise<T>,
      options?: WriteOptions,
    ): Promise<T> => database.write((trx) => unit(refundUnit(trx, tell)), options),

    /** Newest first (ids are made in the order of time). */
    list: ({ payment_id, before, limit }: { payment_id: string; before: string | undefined; limit: number }) =>
      database.read.raw<Refund[]>(refundListQuery, [payment_id, before ?? pastEveryId, limit]),

    /** PENDING ones made before a time, in the order of their ids, after the given one. */
    unresolved: ({ madeBefore, after, limit }: { madeBefore: number; after: string; limit: number }) =>
      database.read.raw<Refund[]>(pendingQuery, [after, madeBefore, limit]),
  };
}

export const refundListQuery = `SELECT ${columns} FROM refunds WHERE payment_id = ? AND id < ? ORDER BY id DESC LIMIT ?`;

export const pendingQuery = `
  SELECT ${columns} FROM refunds WHERE status = 'PENDING' AND id > ? AND created_at < ? ORDER BY id LIMIT ?`;

function refundUnit(trx: Connection, tell: Tell) {
  return {
    async find(id: string): Promise<Refund | undefined> {
      const rows: Refund[] = await trx.raw(`SELECT ${columns} FROM refunds WHERE id = ?`, [id]);
      return rows[0];
    },

    payment: (id: string): Promise<Payment | undefined> => findPayment(trx, id),

    /** Sets the amount aside for a refund, when the payment can still spare it: the count of changed rows decides. */
    async claim(paymentId: string, amount: MinorUnits): Promise<boolean> {
      const rows: unknown[] = await trx.raw(
        `UPDATE payments SET refunding = refunding + ?
         WHERE id = ? AND status IN ('SUCCEEDED', 'PARTIALLY_REFUNDED') AND refunded + refunding + ? <= amount
         RETURNING id`,
        [amount, paymentId, amount],
      );
      return rows.length === 1;
    },

    async add(refund: Refund): Promise<void> {
      const { id, payment_id, amount, status, reason, created_at, updated_at } = refund;
      await trx.raw(`INSERT INTO refunds (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`, [
        ...[id, payment_id, amount, status],
        ...[reason, created_at, updated_at],
      ]);
    },

    /** PENDING to what the provider said; undefined when it is not PENDING any more. */
    async settle(id: string, status: "SUCCEEDED" | "FAILED"): Promise<Refund | undefined> {
      const rows: Refund[] = await trx.raw(
        `UPDATE refunds SET status = ?, updated_at = ? WHERE id = ? AND status = 'PENDING' RETURNING ${columns}`,
        [status, Date.now(), id],
      );
      return rows[0];
    },

    /** What was set aside is refunded for certain. Answers the payment that is left, and the order is told. */
    async take({ payment_id, amount }: Refund): Promise<Told | undefined> {
      const rows: PaymentRow[] = await trx.raw(
        `UPDATE payments SET refunding = refunding - ?, refunded = refunded + ?,
           status = CASE WHEN refunded + ? = amount THEN 'REFUNDED' ELSE 'PARTIALLY_REFUNDED' END,
           version = version + 1, updated_at = ?
         WHERE id = ?
         RETURNING *`,
        [amount, amount, amount, Date.now(), payment_id],
      );
      const [row] = rows;
      if (!row) throw new Error(`The payment ${payment_id} of a refund is gone.`);
      return (await tell(trx, [paymentOf(row)]))[0];
    },

    /** What was set aside is the payment's again. */
    async giveBack({ payment_id, amount }: Pick<Refund, "payment_id" | "amount">): Promise<void> {
      await trx.raw("UPDATE payments SET refunding = refunding - ? WHERE id = ?", [amount, payment_id]);
    },
  };
}
