import { type Currency, Problem, type RequestContext, type Sweep } from "@shop/platform";
import type { ChangeOrder } from "../change-order.ts";
import type { Order } from "../order.ts";
import type { OrderStore } from "../order-store.ts";
import type { PaymentClient } from "../payment-client.ts";
import { eventsOfPayment, type PaymentEvent, type PaymentSnapshot } from "../payment-event.ts";
import { within } from "./within.ts";

/** News of payments comes by itself; this is for stores that were restored from copies of different ages. */
const everyS = 3600;
const ordersAtMost = 500;
const notesAtMost = 100;

/**
 * Compares the newest payments with their orders: an order that lacks the news of its payment gets it, and is paid, or
 * refunds it. Reported only: a captured payment whose order is not there, and a paid order whose payment is not there.
 */
export function createComparePayments(deps: {
  store: OrderStore;
  payments: PaymentClient;
  change: ChangeOrder;
  unit: Currency;
  timeoutMs: number;
  startAfterS: number;
}): Sweep {
  const { store, payments, change, unit, timeoutMs, startAfterS } = deps;

  return {
    name: "compare-payments",
    everyS,
    startAfterS,
    async run(context) {
      const newest = await payments.newest(within(context, timeoutMs));
      const told = await tellOrders(context, newest.payments);
      const missing = await paidByNothing(context, newest);
      const notes = [...told.notes, ...missing].slice(0, notesAtMost);
      return { found: told.found + missing.length, mended: told.mended, ...(notes.length > 0 ? { notes } : {}) };
    },
  };

  async function tellOrders(context: RequestContext, all: readonly PaymentSnapshot[]) {
    const captured = all.filter(({ status }) => newsOf[status] !== undefined);
    const orders = await store.readMany([...new Set(captured.map(({ order_id }) => order_id))]);
    const notes: string[] = [];
    let found = 0;
    let mended = 0;
    for (const payment of captured) {
      const order = orders.get(payment.order_id);
      if (!order) {
        if (payment.refunded >= payment.amount) continue;
        found += 1;
        notes.push(`payment ${payment.id} was captured for order ${payment.order_id}, which is not there`);
      } else if (isNews(order, payment)) {
        found += 1;
        await change(context, order.id, (latest) => eventsOfPayment(latest, eventOf(payment), unit));
        mended += 1;
      }
    }
    return { found, mended, notes };
  }

  function isNews(order: Order, payment: PaymentSnapshot): boolean {
    try {
      return eventsOfPayment(order, eventOf(payment), unit).length > 0;
    } catch (error) {
      // A payment that contradicts the order it paid is no news that an order could take.
      if (error instanceof Problem) return false;
      throw error;
    }
  }

  async function paidByNothing(
    context: RequestContext,
    newest: { payments: readonly PaymentSnapshot[]; all: boolean },
  ) {
    const known = new Set(newest.payments.map(({ id }) => id));
    const lowest = newest.all ? "" : (newest.payments.at(-1)?.id ?? "");
    const paid = [
      ...(await store.list({ status: "PAID" }, ordersAtMost)),
      ...(await store.list({ status: "FULFILLED" }, ordersAtMost)),
    ];
    const notes: string[] = [];
    for (const { id, payment_id } of paid) {
      if (payment_id === null || payment_id < lowest || known.has(payment_id)) continue;
      // Made since the list was.
      if (await payments.exists(within(context, timeoutMs), payment_id)) continue;
      notes.push(`order ${id} was paid by payment ${payment_id}, which is not there`);
      if (notes.length === notesAtMost) break;
    }
    return notes;
  }
}

/** The news of a payment whose money was taken, by its state. */
const newsOf: Readonly<Record<string, PaymentEvent["type"]>> = {
  SUCCEEDED: "payment.succeeded",
  PARTIALLY_REFUNDED: "payment.refunded",
  REFUNDED: "payment.refunded",
};

const eventOf = (data: PaymentSnapshot): PaymentEvent => ({
  type: newsOf[data.status] ?? "payment.succeeded",
  timestamp: new Date().toISOString(),
  data,
});
