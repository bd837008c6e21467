import { useState } from "preact/hooks";
import { intentOver, once, openWish } from "../../api/intent.ts";
import { type Refund, refund } from "../../api/payment.ts";
import type { ApiProblem } from "../../api/problem.ts";
import { announce } from "../../components/announcer.tsx";
import { formatMoney } from "../../format/money.ts";
import { useAction } from "../../hooks/use-action.ts";
import type { PaymentStory } from "./refunds.ts";

export interface RefundWish {
  readonly amount: number;
  readonly reason: string;
}
export interface Refunding {
  readonly busy: boolean;
  readonly problem: ApiProblem | undefined;
  /** Asked for, and nobody knows whether it was heard: only the same can be asked again. */
  readonly uncertain: RefundWish | undefined;
  /** The last one that was asked for here, as it stands now. */
  readonly last: Refund | undefined;
  /** Resolves to whether it was heard. */
  give(wish: RefundWish): Promise<boolean>;
  giveAgain(): void;
  dismiss(): void;
}
/**
 * Gives money of a payment back, one wish at a time and each once, also over a reload: what was asked for is kept until
 * its outcome is known. `onChange`: the payment, or what is known of it, is another now.
 */
export function useRefund({ payment, refunds }: PaymentStory, onChange: () => void): Refunding {
  const intent = `refund:${payment.id}`;
  const action = useAction();
  const [unheard, setUnheard] = useState(() => openWish<RefundWish>(intent));
  const [made, setMade] = useState<Refund>();
  const last = made && (refunds.find(({ id }) => id === made.id) ?? made);

  const carryOut = (wish: RefundWish) =>
    action.run(async () => {
      const { amount, reason } = wish;
      try {
        const asked = { amount, ...(reason ? { reason } : {}) };
        const { body } = await once(intent, (key) => refund(payment.id, asked, key), wish);
        // Also a 202 was heard: the refund is listed and settled by itself, and the same amount again is another one.
        intentOver(intent);
        setMade(body);
        setUnheard(undefined);
        announce(inShort(body, payment.currency));
      } catch (error) {
        setUnheard(openWish(intent));
        throw error;
      } finally {
        onChange();
      }
    });
  return {
    busy: action.busy,
    problem: action.problem,
    uncertain: unheard,
    last,
    give: carryOut,
    giveAgain: () => void (unheard && carryOut(unheard)),
    dismiss: action.dismiss,
  };
}

/** How a refund stands, in a sentence. */
export function inShort({ amount, status }: Refund, currency: string): string {
  const money = formatMoney(amount, currency);
  if (status === "SUCCEEDED") return `${money} was given back.`;
  if (status === "FAILED") return `The payment provider declined to give ${money} back.`;
  return `Whether ${money} was given back is not known yet. It is settled by itself, once.`;
}
