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

  const order = ({ payment_version: _version, noted: _noted, seq: _seq, ...rest }: Order) => ({
    ...rest,
    items: rest.items.map((item) => ({
      ...item,
      price: toWire(item.price),
      subtotal: toWire(item.quantity * item.price),
    })),
    total: toWire(rest.total),
    refunded: toWire(rest.refunded),
    created_at: time(rest.created_at),
    updated_at: time(rest.updated_at),
    expires_at: time(rest.expires_at),
  });

  return {
    order,
    payable,

    payables: (asked: readonly { order_id: string }[], settled: readonly PromiseSettledResult<Order>[]) =>
      results(asked, "order_id", settled, (value) => ({ payable: payable(value) })),

    paid: (webhooks: readonly { "webhook-id": string }[], settled: readonly PromiseSettledResult<Order>[]) =>
      results(webhooks, "webhook-id", settled, ({ id, status, payment_id }) => ({ order: { id, status, payment_id } })),

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

/** One result an entry: the status and body that it would have had alone. Throws what is no refusal of one entry. */
function results<Key extends string>(
  asked: readonly Readonly<Record<Key, string>>[],
  key: Key,
  settled: readonly PromiseSettledResult<Order>[],
  present: (order: Order) => object,
) {
  return {
    results: settled.map((result, index) => ({
      [key]: asked[index]?.[key],
      ...(result.status === "fulfilled" ? { status: 200, ...present(result.value) } : refused(result.reason)),
    })),
  };
}

function refused(reason: unknown) {
  if (!(reason instanceof Problem)) throw reason;
  return { status: reason.status, problem: { code: reason.code, detail: reason.message, ...reason.members } };
}
