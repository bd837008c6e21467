import type { MinorUnits } from "@shop/platform";

/**
 * What may follow each state. PENDING may not be charged yet; CHARGING is with the provider; UNKNOWN is a charge whose
 * answer did not arrive, which only a definitive answer of the provider ends.
 */
const following = {
  PENDING: ["CHARGING", "FAILED"],
  CHARGING: ["SUCCEEDED", "FAILED", "UNKNOWN"],
  UNKNOWN: ["SUCCEEDED", "FAILED"],
  SUCCEEDED: ["PARTIALLY_REFUNDED", "REFUNDED"],
  FAILED: [],
  PARTIALLY_REFUNDED: ["PARTIALLY_REFUNDED", "REFUNDED"],
  REFUNDED: [],
} as const satisfies Record<string, readonly string[]>;

export type PaymentStatus = keyof typeof following;
export const paymentStatuses = Object.keys(following) as readonly PaymentStatus[];

/** The states that may come next: `allowed` of a refused transition. */
export const allowedFrom = (status: PaymentStatus): readonly PaymentStatus[] => following[status];

export interface Failure {
  readonly code: string;
  readonly detail: string;
}

/** Amounts in minor units, times in milliseconds since the epoch; field names are those of the columns and of the wire. */
export interface Payment {
  readonly id: string;
  readonly order_id: string;
  readonly amount: MinorUnits;
  readonly currency: string;
  readonly status: PaymentStatus;
  /** What the provider has given back for certain. */
  readonly refunded: MinorUnits;
  /** What refunds under way have claimed, and may yet give back to the payment. */
  readonly refunding: MinorUnits;
  readonly provider_reference: string | null;
  readonly failure: Failure | null;
  /** Counts the changes that the outside can see, so that a receiver can tell an older snapshot. */
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A payment at its beginning: PENDING when the order could not be asked, CHARGING when it may be charged. */
export function newPayment(start: {
  id: string;
  order_id: string;
  amount: MinorUnits;
  currency: string;
  status: "PENDING" | "CHARGING";
  at: number;
}): Payment {
  const { at, ...given } = start;
  const untouched = { refunded: 0, refunding: 0, provider_reference: null, failure: null, version: 1 };
  return { ...given, ...untouched, created_at: at, updated_at: at };
}

/** Whether the customer's money was taken, be it given back in part since. */
export const isCaptured = ({ status }: Payment): boolean => status === "SUCCEEDED" || status === "PARTIALLY_REFUNDED";

/** What can still be asked back. */
export const refundable = ({ amount, refunded, refunding }: Payment): MinorUnits => amount - refunded - refunding;

/** The amount a refund would have (all that remains unless one is asked for), or why there can be none. */
export function refundOf(payment: Payment, asked?: MinorUnits): MinorUnits | "not-refundable" | "exceeds" {
  if (!isCaptured(payment)) return "not-refundable";
  const amount = asked ?? refundable(payment);
  return amount > 0 && amount <= refundable(payment) ? amount : "exceeds";
}

/** What the order service is told: a snapshot, so that messages may arrive twice or out of order. */
export interface PaymentEvent {
  readonly type: "payment.succeeded" | "payment.failed" | "payment.refunded";
  readonly payment: Payment;
}

/** What others have to be told after a change that led to this payment. */
export function commandsOf(payment: Payment): readonly PaymentEvent[] {
  switch (payment.status) {
    case "SUCCEEDED":
      return [{ type: "payment.succeeded", payment }];
    case "FAILED":
      return [{ type: "payment.failed", payment }];
    case "PARTIALLY_REFUNDED":
    case "REFUNDED":
      return [{ type: "payment.refunded", payment }];
    default:
      return [];
  }
}
