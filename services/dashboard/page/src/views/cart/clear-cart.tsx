import { useState } from "preact/hooks";
import { type Cart, clearCart } from "../../api/cart.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { useAction } from "../../hooks/use-action.ts";
import { focusHeading } from "./focus-heading.ts";

/** Empties a cart, after a question. */
export function ClearCart({ cart, onCart }: { cart: Cart; onCart(cart: Cart): void }) {
  const [asks, setAsks] = useState(false);
  const clearing = useAction();
  const clear = () =>
    clearing.run(async () => {
      const { body } = await clearCart(cart.user_id);
      setAsks(false);
      onCart(body);
      announce("The cart is empty.");
      focusHeading();
    });
  const { length } = cart.items;
  return (
    <>
      <Button kind="danger" onClick={() => setAsks(true)}>
        Clear the cart
      </Button>
      {asks && (
        <Dialog title="Clear the cart?" onClose={() => setAsks(false)}>
          <div class="stack">
            <p class="break">
              {length === 1 ? "Its one line is" : `All its ${length} lines are`} removed from the cart of {cart.user_id}
              .
            </p>
            {clearing.problem && <ProblemAlert problem={clearing.problem} />}
            <div class="cluster">
              <Button kind="danger" onClick={clear} busy={clearing.busy}>
                Clear
              </Button>
              <Button onClick={() => setAsks(false)}>Keep it</Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}
