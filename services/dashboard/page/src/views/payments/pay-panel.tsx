import { useLayoutEffect, useRef } from "preact/hooks";
import type { Order } from "../../api/order.ts";
import { Notice, ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { Money } from "../../components/values.tsx";
import { may } from "../../session/session.ts";
import "./pay-panel.css";
import { RefusalAlert } from "./refusal-alert.tsx";
import { type PayState, usePaying } from "./use-paying.ts";

interface Props {
  readonly order: Order;
  /** The order is another now: paid, or refused and closed. */
  readonly onChange: () => void;
}

/** Takes the payment of an order, and tells how it went; nothing where there is nothing to pay and nothing to tell. */
export const PayPanel = (props: Props) => <Panel key={props.order.id} {...props} />;

function Panel({ order, onChange }: Props) {
  const { state, busy, pay } = usePaying(order, onChange);
  const outcome = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (state.is !== "unpaid") announce(said[state.is]);
    // The button, which had the focus, is gone.
    if (state.is === "paid") outcome.current?.focus();
  }, [state.is]);
  const payable = order.status === "PENDING" && state.is !== "paid";
  if (!payable && state.is === "unpaid") return null;
  return (
    <Card title="Payment">
      {payable && (
        <p class="pay-amount">
          <Money amount={order.total} currency={order.currency} />
        </p>
      )}
      <div ref={outcome} tabIndex={-1} class="pay-outcome">
        <Outcome state={state} order={order} />
      </div>
      {payable &&
        (may("payments:pay") ? (
          <Button onClick={pay} busy={busy} kind={state.is === "waiting" ? "plain" : "primary"} settles>
            {state.is === "waiting" ? "Ask again now" : <PayText again={state.is === "declined"} order={order} />}
          </Button>
        ) : (
          <p class="muted">Your key may not take payments.</p>
        ))}
    </Card>
  );
}

const said: Readonly<Record<Exclude<PayState["is"], "unpaid">, string>> = {
  paid: "The order is paid.",
  waiting: "The payment is not certain yet.",
  declined: "The payment was declined.",
  refused: "The payment was refused.",
};

const PayText = ({ again, order }: { again: boolean; order: Order }) => (
  <>
    {again ? "Try again to pay" : "Pay"} <Money amount={order.total} currency={order.currency} />
  </>
);

function Outcome({ state, order }: { state: PayState; order: Order }) {
  switch (state.is) {
    case "unpaid":
      return null;
    case "paid":
      return (
        <Notice tone="good">
          <p class="alert-title">Paid</p>
          <p>
            <Money amount={order.total} currency={order.currency} /> was taken, once.
          </p>
        </Notice>
      );
    case "waiting":
      return <Waiting state={state} />;
    case "declined":
      return (
        <Notice tone="warning">
          <p class="alert-title">The payment was declined</p>
          <p class="break">{state.words}</p>
          <p>Nothing was charged. Another try asks the provider for another charge.</p>
        </Notice>
      );
    case "refused":
      return <RefusalAlert problem={state.problem} currency={order.currency} items={order.items} meanings={meanings} />;
  }
}

function Waiting({ state: { payment, problem } }: { state: Extract<PayState, { is: "waiting" }> }) {
  const how =
    payment?.status === "SUCCEEDED"
      ? "The money is taken, and the order is about to hear of it."
      : payment?.status === "PENDING"
        ? "Nothing is charged yet: the order could not be asked whether it may be paid."
        : "The payment is under way, and its outcome is not known yet.";
  return (
    <div class="stack-tight">
      <Notice tone="warning">
        <p class="alert-title">Not certain yet</p>
        <p>{how} It is asked about again by itself. However often that is, it is charged at most once.</p>
      </Notice>
      {problem && <ProblemAlert problem={problem} />}
    </div>
  );
}

const meanings: Readonly<Record<string, string>> = {
  "price-changed":
    "A price changed after the order was placed. Nothing was charged; order again at the price in force.",
  "insufficient-stock": "The stock is no longer there. Nothing was charged; order again what can be had.",
  "inactive-product": "A product is not sold any more. Nothing was charged; order again without it.",
  "unknown-product": "A product is not sold any more. Nothing was charged; order again without it.",
  "order-already-paid": "Somebody has paid this order already. It was not charged again.",
  "amount-mismatch": "The order's total is another than the one shown. Nothing was charged; look at the order again.",
};
