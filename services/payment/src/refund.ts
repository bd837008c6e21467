import type { MinorUnits } from "@shop/platform";

export const refundStatuses = ["PENDING", "SUCCEEDED", "FAILED"] as const;
export type RefundStatus = (typeof refundStatuses)[number];

/** Amount in minor units, times in milliseconds since the epoch. A PENDING one holds its amount of the payment. */
export interface Refund {
  readonly id: string;
  readonly payment_id: string;
  readonly amount: MinorUnits;
  readonly status: RefundStatus;
  readonly reason: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}
