import { once } from "../../api/intent.ts";
import { cancelOrder, fulfilOrder, type Order } from "../../api/order.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { focusHeading } from "../../components/focus-heading.ts";
import { useAction } from "../../hooks/use-action.ts";

interface Props {
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}

/** Cancels an order that is not paid, after a question. */
export function CancelOrder({ order, onOrder }: Props) {
  const cancel = async () => {
    const { body } = await once(`cancel:${order.id}`, (key) => cancelOrder(order.id, key));
    onOrder(body);
    announce("The order is cancelled.");
  };
  return (
    <ConfirmButton text="Cancel the order" title="Cancel this order?" confirm="Cancel it" onConfirm={cancel}>
      It cannot be paid any more, and what is held for {order.user_id} can be sold to others. This cannot be undone.
    </ConfirmButton>
  );
}

/** Says that the goods of a paid order are on their way. */
export function FulfilOrder({ order, onOrder }: Props) {
  const fulfilling = useAction();
  const fulfil = () =>
    fulfilling.run(async () => {
      const { body } = await once(`fulfil:${order.id}`, (key) => fulfilOrder(order.id, key));
      onOrder(body);
      announce("The order is fulfilled.");
      focusHeading();
    });
  return (
    <>
      <Button kind="primary" onClick={fulfil} busy={fulfilling.busy}>
        Fulfil
      </Button>
      {fulfilling.problem && <ProblemAlert problem={fulfilling.problem} onDismiss={fulfilling.dismiss} />}
    </>
  );
}
