import type { EventRow, OrderRow } from "./books.ts";

/** The columns of an order that its events decide. */
export type Folded = Omit<OrderRow, "id" | "user_id">;

interface Data {
  readonly user_id: string;
  readonly items: readonly { readonly quantity: number; readonly price: number }[];
  readonly verification: string;
  readonly hold: string;
  readonly expires_at: number;
  readonly payment_id: string;
  readonly version: number;
  readonly refunded: number;
  readonly reason: string;
}

/**
 * The order that a history makes, told a second time and without the service's own words, so that a mistake there is not
 * repeated here. Throws for a history with a gap, or with an event that may not follow.
 */
export function foldEvents(history: readonly EventRow[]): Folded {
  const sorted = [...history].sort((a, b) => a.seq - b.seq);
  let order: Folded | undefined;
  for (const [index, event] of sorted.entries()) {
    if (event.seq !== index + 1) throw new Error(`event ${index + 1} is missing`);
    const data = JSON.parse(event.data) as Data;
    if (order && event.at < order.updated_at) throw new Error(`event ${event.seq} is older than the one before`);
    order = order
      ? { ...order, ...changeOf(order, event.type, data), seq: event.seq, updated_at: event.at }
      : first(event, data);
  }
  if (!order) throw new Error("there is no event");
  return order;
}

function first({ type, at }: EventRow, data: Data): Folded {
  if (type !== "placed") throw new Error(`it begins with ${type}`);
  const { verification, hold, expires_at } = data;
  return {
    status: "PENDING",
    verification,
    hold,
    expires_at,
    total: data.items.reduce((total, { quantity, price }) => total + quantity * price, 0),
    refunded: 0,
    payment_id: null,
    payment_version: 0,
    reason: null,
    created_at: at,
    updated_at: at,
    seq: 1,
  };
}

function changeOf(order: Folded, type: string, data: Data): Partial<Folded> {
  const from = (...allowed: string[]): void => {
    if (!allowed.includes(order.status)) throw new Error(`${type} came when it was ${order.status}`);
  };
  switch (type) {
    case "verified":
      from("PENDING");
      return { verification: "verified", hold: "held", expires_at: data.expires_at };
    case "hold_extended":
      from("PENDING");
      return { expires_at: data.expires_at };
    case "hold_confirmed":
      from("PAID", "REFUNDED");
      return { hold: "confirmed" };
    case "hold_released":
      from("CANCELLED", "EXPIRED");
      return { hold: "released" };
    case "hold_returned":
      from("REFUNDED");
      return { hold: "returned" };
    case "paid":
      from("PENDING");
      return { status: "PAID", payment_id: data.payment_id, payment_version: data.version };
    case "stock_gone":
      from("PAID");
      return { hold: "released", reason: data.reason };
    case "fulfilled":
      from("PAID");
      return { status: "FULFILLED" };
    case "refunded": {
      from("PAID", "FULFILLED");
      const whole = data.refunded === order.total ? { status: "REFUNDED" } : {};
      return { refunded: data.refunded, payment_version: data.version, ...whole };
    }
    case "cancelled":
      from("PENDING");
      return {
        status: "CANCELLED",
        reason: data.reason,
        ...(data.verification ? { verification: data.verification } : {}),
      };
    case "expired":
      from("PENDING");
      return { status: "EXPIRED", reason: data.reason };
    case "payment_failed":
    case "payment_mismatch":
    case "payment_after_close":
      return {};
    default:
      throw new Error(`${type} is no event that is known`);
  }
}
