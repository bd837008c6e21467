import type { Order, OrderEvent } from "../../api/order.ts";
import type { Tone } from "../../components/badge.tsx";
import { formatMoney, minus } from "../../format/money.ts";
import { formatTime } from "../../format/time.ts";
import { inWords } from "../../format/words.ts";

/** Something that happened to an order, as a person would tell it. */
export interface Chapter {
  readonly seq: number;
  readonly at: string;
  readonly title: string;
  readonly text: string | undefined;
  readonly tone: Tone;
}
type Told = readonly [title: string, text: string | undefined, tone: Tone];
type Money = Pick<Order, "currency" | "total">;

/** What the events of the order service carry, by the names they have there. */
interface Data {
  readonly user_id?: string;
  readonly verification?: string;
  readonly expires_at?: string;
  readonly amount?: number;
  readonly refunded?: number;
  readonly reason?: string;
}

/** The events of an order in words, oldest first. A type that is not known here is told by its name. */
export function storyOf(events: readonly OrderEvent[], order: Money): readonly Chapter[] {
  let refunded = 0;
  return events.map(({ seq, type, data, at }) => {
    const [title, text, tone] = tell(type, data as Data, order, refunded);
    if (type === "refunded") refunded = (data as Data).refunded ?? refunded;
    return { seq, at, title, text, tone };
  });
}

function tell(type: string, data: Data, { currency, total }: Money, refunded: number): Told {
  const money = (amount: number | undefined) => (amount === undefined ? "An amount" : formatMoney(amount, currency));
  const until = data.expires_at && formatTime(data.expires_at);
  switch (type) {
    case "placed":
      return ["Placed", placed(data, until), "neutral"];
    case "verified":
      return ["Verified", `The catalog agreed to the prices and holds the stock until ${until}.`, "neutral"];
    case "hold_extended":
      return ["Stock held for longer", `Until ${until}.`, "neutral"];
    case "hold_confirmed":
      return ["Stock taken", "It left the catalog's stock for good.", "good"];
    case "hold_released":
      return ["Stock released", "What was held can be sold to others.", "neutral"];
    case "hold_returned":
      return ["Stock returned", "It can be sold to others again.", "neutral"];
    case "paid":
      return ["Paid", money(data.amount), "good"];
    case "refunded":
      return refund(data.refunded ?? 0, refunded, { currency, total });
    case "stock_gone":
      return ["Stock is gone", `Its payment is given back. ${data.reason ?? ""}`, "bad"];
    case "payment_failed":
      return ["A payment failed", `${money(data.amount)} was not taken.`, "warning"];
    case "payment_mismatch":
      return ["A payment of another amount", `${money(data.amount)} came. ${givenBack(data)}`, "warning"];
    case "payment_after_close":
      return ["A late payment", `${money(data.amount)} came that nothing was open for. ${givenBack(data)}`, "warning"];
    case "cancelled":
      return ["Cancelled", cancelled(data), data.verification ? "bad" : "neutral"];
    case "expired":
      return ["Expired", data.reason, "neutral"];
    case "fulfilled":
      return ["Fulfilled", "The goods are on their way.", "good"];
    default:
      return [inWords(type), undefined, "neutral"];
  }
}

const placed = ({ user_id, verification }: Data, until: string | undefined): string =>
  verification === "pending"
    ? `By ${user_id}. The catalog could not be asked yet; it has to agree before the order can be paid.`
    : `By ${user_id}. The stock is held until ${until}.`;

/** Events carry what was refunded in all. */
function refund(inAll: number, before: number, { currency, total }: Money): Told {
  const now = formatMoney(minus(inAll, before, currency), currency);
  const rest = minus(total, inAll, currency);
  if (rest <= 0) return ["Refunded in whole", before > 0 ? `${now}, the rest of it.` : now, "info"];
  return ["Refunded in part", `${now}. ${formatMoney(rest, currency)} is left.`, "info"];
}

const cancelled = ({ reason, verification }: Data): string =>
  verification === "rejected" ? `The catalog refused it. ${reason ?? ""}` : (reason ?? "");

const givenBack = ({ amount = 0, refunded = 0 }: Data): string =>
  refunded >= amount ? "It has been given back." : "It is being given back.";
