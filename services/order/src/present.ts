import { type Currency, Problem } from "@shop/platform";
import type { Order } from "./order.ts";
import type { RecordedEvent } from "./order-events.ts";

const time = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Orders and events as they go out: money in decimals, times in RFC 3339. */
export function createPresenter({ toWire }: Currency) {
  /** What the payment service needs to know before it charges. */
  const payable = ({ id, status, total, currency, expires_at }: Order) => ({
    order_id: id,
    status,
    total: toWire(total),
    currency,
    expires_at: time(expires_at),
  });

  return {
    order: ({ payment_version: _version, noted: _noted, seq: _seq, ...order }: Order) => ({
      ...order,
      items: order.items.map((item) => ({
        ...item,
        price: toWire(item.price),
        subtotal: toWire(item.quantity * item.price),
      })),
      total: toWire(order.total),
      refunded: toWire(order.refunded),
      created_at: time(order.created_at),
      updated_at: time(order.updated_at),
      expires_at: time(order.expires_at),
    }),

    payable,

    /** One result an order: the status and body that it would have had alone. Throws what is no refusal of one order. */
    payables(asked: readonly { order_id: string }[], settled: readonly PromiseSettledResult<Order>[]) {
      const results = settled.map((result, index) => ({
        order_id: asked[index]?.order_id,
        ...(result.status === "fulfilled" ? { status: 200, payable: payable(result.value) } : refused(result.reason)),
      }));
      return { results };
    },

    event: ({ seq, event: { type, data }, at }: RecordedEvent) => ({
      seq,
      type,
      data: {
        ...data,
        ...("items" in data ? { items: data.items.map((item) => ({ ...item, price: toWire(item.price) })) } : {}),
        ...("amount" in data ? { amount: toWire(data.amount) } : {}),
        ...("refunded" in data ? { refunded: toWire(data.refunded) } : {}),
        ...("expires_at" in data ? { expires_at: time(data.expires_at) } : {}),
      },
      at: time(at),
    }),
  };
}

function refused(reason: unknown) {
  if (!(reason instanceof Problem)) throw reason;
  return { status: reason.status, problem: { code: reason.code, detail: reason.message, ...reason.members } };
}
