import { useState } from "preact/hooks";
import { type Refund, refund } from "../../api/payment.ts";
import { announce } from "../../components/announcer.tsx";
import { formatMoney } from "../../format/money.ts";
import { useWish, type Wishing } from "../../hooks/use-wish.ts";
import type { PaymentStory } from "./refunds.ts";

export interface RefundWish {
  readonly amount: number;
  readonly reason: string;
}
export interface Refunding extends Wishing<RefundWish> {
  /** The last one that was asked for here, as it stands now. */
  readonly last: Refund | undefined;
}

/** Gives money of a payment back, each wish once. `onChange`: the payment, or what is known of it, is another now. */
export function useRefund({ payment, refunds }: PaymentStory, onChange: () => void): Refunding {
  const [made, setMade] = useState<Refund>();
  const wishing = useWish<RefundWish, Refund>(
    `refund:${payment.id}`,
    ({ amount, reason }, key) => refund(payment.id, { amount, ...(reason ? { reason } : {}) }, key),
    ({ body }) => {
      setMade(body);
      announce(inShort(body, payment.currency));
    },
  );
  const begin = async (wish: RefundWish) => {
    const heard = await wishing.begin(wish);
    onChange();
    return heard;
  };
  return { ...wishing, begin, last: made && (refunds.find(({ id }) => id === made.id) ?? made) };
}

/** How a refund stands, in a sentence. */
export function inShort({ amount, status }: Refund, currency: string): string {
  const money = formatMoney(amount, currency);
  if (status === "SUCCEEDED") return `${money} was given back.`;
  if (status === "FAILED") return `The payment provider declined to give ${money} back.`;
  return `Whether ${money} was given back is not known yet. It is settled by itself, once.`;
}
