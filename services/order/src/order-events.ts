import type { MinorUnits } from "@shop/platform";
import {
  type Hold,
  type Order,
  type OrderDetails,
  type OrderItem,
  totalOf,
  transition,
  type Verification,
} from "./order.ts";

type Nothing = Readonly<Record<string, never>>;

/** What a payment's snapshot says about a payment that does not change the order. */
export interface PaymentNote {
  readonly payment_id: string;
  readonly version: number;
  readonly status: string;
  readonly amount: MinorUnits;
  readonly refunded: MinorUnits;
}

/** Everything that can happen to an order. An order is what its events make of it: see `fold`. */
export type OrderEvent =
  | {
      readonly type: "placed";
      readonly data: OrderDetails & {
        readonly currency: string;
        readonly items: readonly OrderItem[];
        readonly verification: Verification;
        readonly hold: Hold;
        readonly expires_at: number;
      };
    }
  | {
      readonly type: "verified";
      readonly data: { readonly items: readonly OrderItem[]; readonly expires_at: number };
    }
  | { readonly type: "hold_extended"; readonly data: { readonly expires_at: number } }
  | { readonly type: "hold_confirmed" | "hold_released" | "hold_returned"; readonly data: Nothing }
  | {
      readonly type: "paid";
      readonly data: { readonly payment_id: string; readonly version: number; readonly amount: MinorUnits };
    }
  | {
      readonly type: "refunded";
      readonly data: { readonly payment_id: string; readonly version: number; readonly refunded: MinorUnits };
    }
  /** Paid, but its stock is gone: there is nothing to confirm, and its payment is refunded. */
  | { readonly type: "stock_gone"; readonly data: { readonly payment_id: string; readonly reason: string } }
  /** A payment that failed; one of another amount or currency than the order's; one for an order that is closed. */
  | { readonly type: "payment_failed" | "payment_mismatch" | "payment_after_close"; readonly data: PaymentNote }
  | { readonly type: "cancelled"; readonly data: { readonly reason: string; readonly verification?: "rejected" } }
  | { readonly type: "expired"; readonly data: { readonly reason: string } }
  | { readonly type: "fulfilled"; readonly data: Nothing };

export type Placed = Extract<OrderEvent, { type: "placed" }>;

/** An event as it is kept: numbered from 1 in each order, with its time. */
export interface RecordedEvent {
  readonly order_id: string;
  readonly seq: number;
  readonly event: OrderEvent;
  readonly at: number;
}

/** The order that its first event makes. */
export function placedOrder(id: string, { data }: Placed, at: number): Order {
  return {
    id,
    ...data,
    status: "PENDING",
    total: totalOf(data.items),
    refunded: 0,
    payment_id: null,
    payment_version: 0,
    noted: {},
    reason: null,
    created_at: at,
    updated_at: at,
    seq: 1,
  };
}

/** The order that a whole history makes; undefined when it does not begin with its placing. */
export function fold(history: readonly RecordedEvent[]): Order | undefined {
  const [first, ...rest] = history;
  if (first?.event.type !== "placed") return undefined;
  const placed = placedOrder(first.order_id, first.event, first.at);
  return rest.reduce((order, { event, at }) => transition(order, event, at), placed);
}
