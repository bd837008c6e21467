import type { Order } from "../../api/order.ts";
import type { Tone } from "../../components/badge.tsx";

export interface Remark {
  readonly text: string;
  readonly tone: Tone;
}
type Judged = Pick<Order, "status" | "verification" | "hold">;

/** What is unusual in how an order stands with the catalog; undefined when all is as it should be. */
export function remarkOf({ status, verification, hold }: Judged): Remark | undefined {
  if (verification === "rejected") return { text: "Rejected by the catalog", tone: "bad" };
  const open = hold === "none" || hold === "held";
  switch (status) {
    case "PENDING":
      return verification === "pending" ? { text: "Not verified yet", tone: "warning" } : undefined;
    case "PAID":
      if (hold === "released") return { text: "Stock is gone", tone: "bad" };
      return open ? { text: "Stock not confirmed yet", tone: "warning" } : undefined;
    case "CANCELLED":
    case "EXPIRED":
      return open ? { text: "Stock not released yet", tone: "warning" } : undefined;
    case "REFUNDED":
      return open ? { text: "Stock not returned yet", tone: "warning" } : undefined;
    default:
      return undefined;
  }
}

/** What became of the stock that the catalog keeps for an order. */
export const holdInWords: Readonly<Record<Order["hold"], string>> = {
  none: "None held",
  held: "Held for it",
  confirmed: "Taken for it",
  released: "Released",
  returned: "Returned",
};

/** Whether the catalog has agreed to the prices. */
export const verificationInWords: Readonly<Record<Order["verification"], string>> = {
  verified: "Verified",
  pending: "Not verified yet",
  rejected: "Rejected",
};

/** Only goods whose stock is taken for good may leave the house. */
export const mayBeFulfilled = ({ status, hold }: Judged): boolean => status === "PAID" && hold === "confirmed";
