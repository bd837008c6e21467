import { type Currency, PeerUnavailable, Problem, type RequestContext, remaining, type Sweep } from "@shop/platform";
import { isRefusal } from "../catalog-client.ts";
import type { ChangeOrder } from "../change-order.ts";
import type { Order } from "../order.ts";
import type { OrderStore } from "../order-store.ts";
import type { PaymentClient } from "../payment-client.ts";
import { eventsOfPayment, type PaymentEvent, type PaymentSnapshot } from "../payment-event.ts";
import { type PaymentWalk, soonS } from "./payment-walk.ts";
import { within } from "./within.ts";

/** News of payments comes by itself; this is for stores that were restored from copies of different ages. */
const hourS = 3600;
const pagesAtMost = 20;
const ordersAtMost = 500;
const notesAtMost = 100;

interface Findings {
  found: number;
  mended: number;
  readonly notes: string[];
}

/** The payments of one run: their ids, and the lowest down to which these are all there are. */
interface Listed {
  readonly ids: Set<string>;
  lowest: string;
}

/**
 * Compares payments with their orders, all of them after a start and then the newest: an order that lacks the news of
 * its payment gets it, and is paid, or refunds it. Reported only: a captured payment whose order is not there, and a
 * paid order whose payment is not there.
 */
export function createComparePayments(deps: {
  store: OrderStore;
  payments: PaymentClient;
  change: ChangeOrder;
  walk: PaymentWalk;
  unit: Currency;
  timeoutMs: number;
  startAfterS: number;
  everyS: number;
}): Sweep {
  const { store, payments, change, walk, unit, timeoutMs, startAfterS, everyS } = deps;

  return {
    name: "compare-payments",
    get everyS() {
      if (walk.isOver()) return hourS;
      return walk.isHeardOut() ? everyS : Math.min(everyS, soonS);
    },
    startAfterS,
    async run(context) {
      const findings: Findings = { found: 0, mended: 0, notes: [] };
      const listed: Listed = { ids: new Set(), lowest: aboveAll };
      const fromNewest = walk.cursor() === undefined;
      const pages = walk.isOver() ? 1 : pagesAtMost;
      for (let read = 0; read < pages && remaining(context) > 0; read += 1)
        if (!(await comparePage(context, findings, listed))) break;
      if (fromNewest) await findPaidByNothing(context, findings, listed);
      const { found, mended, notes } = findings;
      return { found, mended, ...(notes.length > 0 ? { notes: notes.slice(0, notesAtMost) } : {}) };
    },
  };

  /** Whether there is another page to go on with. One that was not told as a whole is compared again at the next run. */
  async function comparePage(context: RequestContext, findings: Findings, listed: Listed): Promise<boolean> {
    walk.begin();
    const page = await payments.list(within(context, timeoutMs), walk.cursor()).catch(ifAway);
    if (!page) {
      findings.notes.push("the payment service could not be asked for its payments");
      return false;
    }
    for (const { id } of page.payments) listed.ids.add(id);
    listed.lowest = page.next === undefined ? belowAll : (page.payments.at(-1)?.id ?? listed.lowest);
    if (!(await tellOrders(context, page.payments, findings))) return false;
    walk.advance(page.next);
    return page.next !== undefined;
  }

  /** Whether each order that lacked news could take it, or never will. */
  async function tellOrders(context: RequestContext, page: readonly PaymentSnapshot[], findings: Findings) {
    const captured = page.filter(({ status }) => newsOf[status] !== undefined);
    const orders = await store.readMany([...new Set(captured.map(({ order_id }) => order_id))]);
    const news = captured.filter((payment) => {
      const order = orders.get(payment.order_id);
      return order !== undefined && isNews(order, payment);
    });
    const lost = captured.filter(({ order_id, refunded, amount }) => !orders.has(order_id) && refunded < amount);
    findings.notes.push(
      ...lost.map(({ id, order_id }) => `payment ${id} was captured for order ${order_id}, which is not there`),
    );
    findings.found += news.length + lost.length;

    const told = await Promise.allSettled(
      news.map((payment) =>
        change(context, payment.order_id, (latest) => eventsOfPayment(latest, eventOf(payment), unit)),
      ),
    );
    findings.mended += told.filter(({ status }) => status === "fulfilled").length;
    const failed = told.flatMap((each) =>
      each.status === "rejected" && !isRefusal(each.reason) ? [each.reason as unknown] : [],
    );
    for (const error of failed) if (!(error instanceof Problem)) throw error;
    if (failed.length > 0) findings.notes.push(`${failed.length} orders could not be told of their payment now`);
    return failed.length === 0;
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

  /** Among the newest paid orders, those whose payment should be `listed` and is not there. */
  async function findPaidByNothing(context: RequestContext, findings: Findings, { ids, lowest }: Listed) {
    const paid = [
      ...(await store.list({ status: "PAID" }, ordersAtMost)),
      ...(await store.list({ status: "FULFILLED" }, ordersAtMost)),
    ];
    let unknown = 0;
    for (const { id, payment_id } of paid) {
      if (payment_id === null || payment_id < lowest || ids.has(payment_id)) continue;
      // It may have been made since the list was.
      const exists = await payments.exists(within(context, timeoutMs), payment_id).catch(ifAway);
      if (exists === undefined) unknown += 1;
      if (exists !== false) continue;
      findings.found += 1;
      findings.notes.push(`order ${id} was paid by payment ${payment_id}, which is not there`);
      if (findings.notes.length >= notesAtMost) break;
    }
    if (unknown > 0)
      findings.notes.push(`of ${unknown} paid orders it could not be asked whether their payment is there`);
  }
}

/** Bounds below and above every id. */
const belowAll = "";
const aboveAll = "g";

function ifAway(error: unknown): undefined {
  if (!(error instanceof PeerUnavailable)) throw error;
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
