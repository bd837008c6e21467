import { type MinorUnits, Problem } from "@shop/platform";
import type { OrderEvent } from "./order-events.ts";

export const statuses = ["PENDING", "PAID", "FULFILLED", "CANCELLED", "EXPIRED", "REFUNDED"] as const;
export const verifications = ["verified", "pending", "rejected"] as const;
export const holds = ["none", "held", "confirmed", "released", "returned"] as const;

export type Status = (typeof statuses)[number];
/** Whether the catalog, the authority on prices, has agreed to the order's. */
export type Verification = (typeof verifications)[number];
/** What became of the stock that the catalog keeps for the order. */
export type Hold = (typeof holds)[number];

export interface OrderItem {
  readonly product_id: number;
  /** As the catalog named it when it verified the order; null until then. */
  readonly sku: string | null;
  readonly name: string | null;
  readonly quantity: number;
  readonly price: MinorUnits;
}

/** What a client says of an order when placing it, beside its lines. It is stored and shown as it came. */
export interface OrderDetails {
  readonly user_id: string;
}

/** An order. Fields are named as on the wire and in the tables; times are milliseconds since the epoch. Never changed in place. */
export interface Order extends OrderDetails {
  readonly id: string;
  readonly status: Status;
  readonly verification: Verification;
  readonly hold: Hold;
  readonly currency: string;
  readonly items: readonly OrderItem[];
  readonly total: MinorUnits;
  readonly refunded: MinorUnits;
  /** The payment that paid it, and that payment's newest version seen (0: none). */
  readonly payment_id: string | null;
  readonly payment_version: number;
  /** The newest version seen of each payment that is noted and did not pay it, by the payment's id. */
  readonly noted: Readonly<Record<string, number>>;
  /** Why it was cancelled or expired, or cannot be delivered. */
  readonly reason: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  /** Unpaid until then, it may not be paid any more. */
  readonly expires_at: number;
  /** The number of its last event. A change is stored only on top of the event it was decided on. */
  readonly seq: number;
}

interface Move {
  /** What a client calls the change. */
  readonly change: string;
  readonly from: readonly Status[];
  readonly to: Status;
}

/** Every change of status there is. */
const moves = {
  paid: { change: "pay", from: ["PENDING"], to: "PAID" },
  cancelled: { change: "cancel", from: ["PENDING"], to: "CANCELLED" },
  expired: { change: "expire", from: ["PENDING"], to: "EXPIRED" },
  fulfilled: { change: "fulfil", from: ["PAID"], to: "FULFILLED" },
  refunded: { change: "refund", from: ["PAID", "FULFILLED"], to: "REFUNDED" },
} as const satisfies Record<string, Move>;

/** What a hold may become. The catalog decides; we only follow, and never backwards. */
const holdMoves = {
  hold_confirmed: { from: ["none", "held"], to: "confirmed" },
  hold_released: { from: ["none", "held"], to: "released" },
  // Also what we never heard confirmed: the answer to a confirm may be lost, and a restored store forgets.
  hold_returned: { from: ["none", "held", "confirmed"], to: "returned" },
} as const satisfies Record<string, { from: readonly Hold[]; to: Hold }>;

export type HoldEventType = keyof typeof holdMoves;

/** Only goods whose stock is taken for good may leave the house. */
const missesItsHold = (order: Order, change: string): boolean => change === "fulfil" && order.hold !== "confirmed";

/** The changes of status that are possible now. */
export const allowedChanges = (order: Order): string[] =>
  Object.values(moves)
    .filter(({ from, change }) => (from as readonly Status[]).includes(order.status) && !missesItsHold(order, change))
    .map(({ change }) => change);

export const holdMayMove = (order: Order, type: HoldEventType): boolean =>
  (holdMoves[type].from as readonly Hold[]).includes(order.hold);

/** The order after an event at the time `at`. Throws 409 `invalid-transition` when the order does not allow it now. */
export function transition(order: Order, event: OrderEvent, at: number): Order {
  const next = { ...order, seq: order.seq + 1, updated_at: at };
  switch (event.type) {
    case "placed":
      throw invalidTransition(order, "place");
    case "verified":
      if (order.status !== "PENDING" || order.verification !== "pending") throw invalidTransition(order, "verify");
      return { ...next, ...event.data, verification: "verified", hold: "held" };
    case "hold_extended":
      if (order.status !== "PENDING") throw invalidTransition(order, "extend");
      return { ...next, ...event.data };
    case "hold_confirmed":
    case "hold_released":
    case "hold_returned":
      if (!holdMayMove(order, event.type)) throw invalidTransition(order, event.type);
      return { ...next, hold: holdMoves[event.type].to };
    case "stock_gone":
      if (order.status !== "PAID" || !holdMayMove(order, "hold_released")) throw invalidTransition(order, "stock_gone");
      return { ...next, hold: "released", reason: event.data.reason };
    case "paid":
      return {
        ...next,
        status: moved(order, "paid"),
        payment_id: event.data.payment_id,
        payment_version: event.data.version,
      };
    case "refunded": {
      const whole = moved(order, "refunded");
      const { refunded, version } = event.data;
      return { ...next, status: refunded === order.total ? whole : order.status, refunded, payment_version: version };
    }
    case "cancelled":
    case "expired":
      return { ...next, ...event.data, status: moved(order, event.type) };
    case "fulfilled":
      return { ...next, status: moved(order, "fulfilled") };
    case "payment_failed":
    case "payment_mismatch":
    case "payment_after_close":
      return { ...next, noted: { ...order.noted, [event.data.payment_id]: event.data.version } };
  }
}

function moved(order: Order, type: keyof typeof moves): Status {
  const { change, to } = moves[type];
  if (!allowedChanges(order).includes(change)) throw invalidTransition(order, change);
  return to;
}

function invalidTransition(order: Order, change: string): Problem {
  const { status, hold } = order;
  const detail = `An order that is ${status} with its stock ${hold} does not allow this: ${change}.`;
  return new Problem(409, "invalid-transition", detail, { order_status: status, allowed: allowedChanges(order) });
}

/** What the lines cost together. */
export const totalOf = (items: readonly Pick<OrderItem, "quantity" | "price">[]): MinorUnits =>
  items.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
