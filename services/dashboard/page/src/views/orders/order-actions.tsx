import { useState } from "preact/hooks";
import { once } from "../../api/intent.ts";
import { cancelOrder, fulfilOrder, type Order } from "../../api/order.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { useAction } from "../../hooks/use-action.ts";
import { focusHeading } from "../cart/focus-heading.ts";

interface Props {
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
}

/** Cancels an order that is not paid, after a question. */
export function CancelOrder({ order, onOrder }: Props) {
  const [asks, setAsks] = useState(false);
  const cancelling = useAction();
  const cancel = () =>
    cancelling.run(async () => {
      const { body } = await once(`cancel:${order.id}`, (key) => cancelOrder(order.id, key));
      setAsks(false);
      onOrder(body);
      announce("The order is cancelled.");
      focusHeading();
    });
  return (
    <>
      <Button kind="danger" onClick={() => setAsks(true)}>
        Cancel the order
      </Button>
      {asks && (
        <Dialog title="Cancel this order?" onClose={() => setAsks(false)}>
          <div class="stack">
            <p class="break">
              It cannot be paid any more, and what is held for {order.user_id} can be sold to others. This cannot be
              undone.
            </p>
            {cancelling.problem && <ProblemAlert problem={cancelling.problem} />}
            <div class="cluster">
              <Button kind="danger" onClick={cancel} busy={cancelling.busy}>
                Cancel it
              </Button>
              <Button onClick={() => setAsks(false)}>Keep it</Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
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
