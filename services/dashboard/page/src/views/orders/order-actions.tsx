import { once } from "../../api/intent.ts";
import { cancelOrder, fulfilOrder, type Order } from "../../api/order.ts";
import { announce } from "../../components/announcer.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";

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

/** Says that the goods of a paid order are on their way, after a question: there is no way back. */
export function FulfilOrder({ order, onOrder }: Props) {
  const fulfil = async () => {
    const { body } = await once(`fulfil:${order.id}`, (key) => fulfilOrder(order.id, key));
    onOrder(body);
    announce("The order is fulfilled.");
  };
  return (
    <ConfirmButton
      kind="primary"
      text="Fulfil"
      title="Fulfil this order?"
      confirm="Fulfil it"
      keep="Not yet"
      onConfirm={fulfil}
    >
      All of it is on its way to {order.user_id}. This cannot be undone.
    </ConfirmButton>
  );
}
