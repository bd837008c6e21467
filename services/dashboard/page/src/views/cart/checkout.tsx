import { useEffect, useState } from "preact/hooks";
import { type Cart, checkOut } from "../../api/cart.ts";
import { intentOpen, once } from "../../api/intent.ts";
import type { Order } from "../../api/order.ts";
import { Notice } from "../../components/alert.tsx";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { Money } from "../../components/values.tsx";
import { useAction } from "../../hooks/use-action.ts";
import { RefusalAlert } from "../payments/refusal-alert.tsx";

interface Props {
  readonly cart: Cart;
  /** Counts what the person changed in the cart. */
  readonly edits: number;
  /** A change of the cart is under way, and an order of it might overtake that. */
  readonly changing: boolean;
  readonly onOrder: (order: Order) => void;
  /** The cart may show more now of why. */
  readonly onRefused: () => void;
}

/**
 * Makes an order of the cart, once. The intent has no version of the cart in its name: while it is not known whether the
 * first request made an order, a cart that changed must not make a second one.
 */
export function Checkout({ cart, edits, changing, onOrder, onRefused }: Props) {
  const intent = `checkout:${cart.user_id}`;
  const [interrupted] = useState(() => intentOpen(intent));
  const checkout = useAction();
  const { problem, busy } = checkout;
  const begin = async () => {
    const done = await checkout.run(async () => {
      const { body } = await once(intent, (key) => checkOut(cart.user_id, key));
      onOrder(body);
    });
    if (!done) onRefused();
  };
  const empty = cart.items.length === 0;
  useEffect(() => {
    // The refusal was about the cart as it was; that nobody knows the outcome is true still.
    if (problem && !problem.isUncertain) checkout.dismiss();
  }, [edits]);
  const open = intentOpen(intent) && !busy;
  if (empty && !open && !problem) return null;
  const left = cart.items.filter(({ subtotal }) => subtotal === null).length;
  return (
    <Card title="Checkout">
      {!empty && (
        <>
          {left > 0 && <p class="muted">{left === 1 ? "1 line is" : `${left} lines are`} not in the total.</p>}
          <p class="total">
            <span>Total</span>
            <Money amount={cart.total} currency={cart.currency} />
          </p>
          {!cart.verified && <p class="muted">Lines that are not checked yet are checked before they are paid for.</p>}
        </>
      )}
      {open && interrupted && !problem && (
        <Notice tone="warning">
          <p class="alert-title">A checkout was interrupted</p>
          <p>What became of it is not known. Go on with it: the order is made once, or shown if it is made already.</p>
        </Notice>
      )}
      {problem && (
        <RefusalAlert
          problem={problem}
          currency={cart.currency}
          items={cart.items}
          meanings={meanings}
          onDismiss={checkout.dismiss}
        />
      )}
      {(!empty || open) && (
        <Button kind="primary" onClick={begin} busy={busy} disabled={changing}>
          {open ? "Go on with the checkout" : "Check out"}
        </Button>
      )}
    </Card>
  );
}

const meanings: Readonly<Record<string, string>> = {
  "cart-empty": "There is nothing in the cart any more. It may have been ordered in another tab; look at the orders.",
  "price-changed": "Prices have changed, and nothing was ordered. Check out again to buy at the ones in force.",
  "insufficient-stock": "There is not enough of everything, and nothing was ordered. Choose fewer of these.",
  "inactive-product": "Something is not sold any more, and nothing was ordered. Remove it.",
  "unknown-product": "Something is not sold any more, and nothing was ordered. Remove it.",
};
