import {
  type Currency,
  type MinorUnits,
  notFound,
  PeerUnavailable,
  type RequestContext,
  remaining,
} from "@shop/platform";
import type { ChangeOrder } from "./change-order.ts";
import type { Order } from "./order.ts";
import type { OrderStore } from "./order-store.ts";
import { amountMismatch, missingForPayment, payableUntil, requirePayable } from "./payable.ts";
import { eventsOfPayment, type PaymentEvent, requireConsistent } from "./payment-event.ts";
import { cannotVerify, type SecureOrder } from "./secure-order.ts";

interface Asked {
  readonly order_id: string;
  readonly amount: MinorUnits;
}

/** Before a charge and after it: what the payment service asks and tells. */
export function createPayOrder(deps: { store: OrderStore; change: ChangeOrder; secure: SecureOrder; unit: Currency }) {
  const { store, change, secure, unit } = deps;

  /** The order stands when this is answered; a cancel that comes later wins, and the payment is noted as late. */
  async function payable(context: RequestContext, id: string, amount: MinorUnits): Promise<Order> {
    const order = await store.read(id);
    if (!order) throw notFound("order");
    const now = Date.now();
    requirePayable(order, now);
    if (amount !== order.total) throw amountMismatch(order, unit.toWire);
    if (missingForPayment(order, now) === undefined) return order;
    try {
      return await secure(context, order, { now, expires_at: payableUntil(order, now) });
    } catch (error) {
      throw error instanceof PeerUnavailable ? cannotVerify(error) : error;
    }
  }

  /** Each as if it were asked alone; but as all of them wait for the slowest, the catalog gets a third of the time. */
  function payables(context: RequestContext, asked: readonly Asked[]): Promise<PromiseSettledResult<Order>[]> {
    const shared = { ...context, deadline: performance.now() + remaining(context) / 3 };
    return Promise.allSettled(asked.map(({ order_id, amount }) => payable(shared, order_id, amount)));
  }

  return {
    payable,
    payables,
    /**
     * Takes in an authentic message; one that was taken in before changes nothing. Answers with the order, changed or
     * not: a payment is never refused for the order's state. Throws 404, and 422 for what contradicts itself.
     */
    async payment(context: RequestContext, id: string, news: PaymentEvent, messageId: string): Promise<Order> {
      requireConsistent(id, news);
      return change(context, id, (order) => eventsOfPayment(order, news, unit), { messageId });
    },
  };
}
