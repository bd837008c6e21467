import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Refund } from "../../api/payment.ts";
import { Notice, ProblemAlert } from "../../components/alert.tsx";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/field.tsx";
import { Uncertain } from "../../components/uncertain.tsx";
import { formatMoney } from "../../format/money.ts";
import { askedAmount, leftOf, type PaymentStory, refusalInWords } from "./refunds.ts";
import { inShort, type Refunding, useRefund } from "./use-refund.ts";

/** Gives a payment back, in part or whole, and tells how it went; nothing where nothing is left and nothing to tell. */
export function RefundForm({ story, onChange }: { story: PaymentStory; onChange(): void }) {
  const refunding = useRefund(story, onChange);
  const left = leftOf(story);
  const open = left > 0 && !refunding.uncertain;
  const outcome = useRef<HTMLDivElement>(null);
  // The button, which had the focus, is gone.
  useLayoutEffect(() => {
    if (!open && (refunding.last || refunding.problem)) outcome.current?.focus();
  }, [open]);
  return (
    <div class="stack-tight">
      <div ref={outcome} tabIndex={-1} class="refund-outcome">
        <Outcome refunding={refunding} currency={story.payment.currency} />
      </div>
      {open && <Fields left={left} currency={story.payment.currency} refunding={refunding} />}
    </div>
  );
}

interface FieldsProps {
  readonly left: number;
  readonly currency: string;
  readonly refunding: Refunding;
}

function Fields({ left, currency, refunding }: FieldsProps) {
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<string>();
  const submit = async (event: Event) => {
    event.preventDefault();
    const asked = askedAmount(amount, left, currency);
    setFault("fault" in asked ? asked.fault : undefined);
    if ("fault" in asked || !(await refunding.begin({ amount: asked.amount, reason: reason.trim() }))) return;
    // What was typed while it was under way is for the next one.
    setAmount((now) => (now === amount ? "" : now));
    setReason((now) => (now === reason ? "" : now));
  };
  return (
    <form class="refund-form" onSubmit={submit} noValidate>
      <TextField
        label="Amount to refund"
        inputMode="decimal"
        autoComplete="off"
        value={amount}
        onInput={setAmount}
        error={fault}
        hint={
          <>
            {formatMoney(left, currency)} left.{" "}
            <button type="button" class="refund-all" onClick={() => setAmount(String(left))}>
              Fill in all of it
            </button>
          </>
        }
      />
      <TextField
        label="Reason"
        autoComplete="off"
        value={reason}
        onInput={setReason}
        maxLength={500}
        hint="May be left out. Shown with the refund."
      />
      <Button type="submit" busy={refunding.busy}>
        Refund
      </Button>
    </form>
  );
}

function Outcome({ refunding, currency }: { refunding: Refunding; currency: string }) {
  const { problem, uncertain, last, dismiss } = refunding;
  const money = (amount: number) => formatMoney(amount, currency);
  if (uncertain)
    return (
      <Uncertain
        wishing={refunding}
        what={({ amount }) => `${money(amount)} was given back`}
        again={({ amount }) => `Ask again for ${money(amount)}`}
      />
    );
  if (problem) {
    const words = refusalInWords(problem, currency);
    return (
      <ProblemAlert problem={problem} onDismiss={dismiss}>
        {words && <p>{words}</p>}
      </ProblemAlert>
    );
  }
  return last ? (
    <Notice tone={tones[last.status]}>
      <p>{inShort(last, currency)}</p>
    </Notice>
  ) : null;
}

const tones: Readonly<Record<Refund["status"], "good" | "warning">> = {
  SUCCEEDED: "good",
  PENDING: "warning",
  FAILED: "warning",
};
