import { useEffect, useState } from "preact/hooks";
import { intentOver, once } from "../../api/intent.ts";
import { type Refund, refund } from "../../api/payment.ts";
import { type ApiProblem, asProblem } from "../../api/problem.ts";
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
interface Begun {
  readonly intent: string;
  readonly wish: RefundWish;
}

/** Gives money of a payment back, each wish once. `onChange`: the payment, or what is known of it, is another now. */
export function useRefund({ payment, refunds }: PaymentStory, onChange: () => void): Refunding {
  const action = useAction();
  const [unheard, setUnheard] = useState<Begun>();
  const [made, setMade] = useState<{ intent: string; refund: Refund }>();
  const last = made && (refunds.find(({ id }) => id === made.refund.id) ?? made.refund);
  const settled = last !== undefined && last.status !== "PENDING";
  // A 202 keeps the intent; what it ended as is final, and the same amount again is another refund.
  useEffect(() => {
    if (made && settled) intentOver(made.intent);
  }, [settled]);

  const carryOut = (begun: Begun) =>
    action.run(async () => {
      const { amount, reason } = begun.wish;
      try {
        const { body } = await once(begun.intent, (key) =>
          refund(payment.id, { amount, ...(reason ? { reason } : {}) }, key),
        );
        setMade({ intent: begun.intent, refund: body });
        setUnheard(undefined);
        announce(inShort(body, payment.currency));
      } catch (error) {
        setUnheard(asProblem(error).isUncertain ? begun : undefined);
        throw error;
      } finally {
        onChange();
      }
    });
  return {
    busy: action.busy,
    problem: action.problem,
    uncertain: unheard?.wish,
    last,
    give: (wish) => carryOut({ intent: `refund:${payment.id}:${wish.amount}:${payment.refunded}`, wish }),
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
