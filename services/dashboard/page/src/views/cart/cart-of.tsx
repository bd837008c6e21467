import { useState } from "preact/hooks";
import { type Cart, type CartLine, getCart, removeLine, setQuantity } from "../../api/cart.ts";
import type { Order } from "../../api/order.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Empty } from "../../components/empty.tsx";
import { focusHeading } from "../../components/focus-heading.ts";
import { Skeleton } from "../../components/skeleton.tsx";
import { View } from "../../components/view.tsx";
import { useAction } from "../../hooks/use-action.ts";
import { useLoad } from "../../hooks/use-load.ts";
import { addRefusal } from "../shop/add-refusal.ts";
import { CartLines } from "./cart-lines.tsx";
import { Checkout } from "./checkout.tsx";
import { ClearCart } from "./clear-cart.tsx";
import { nameOf } from "./line-state.ts";

interface Props {
  readonly userId: string;
  readonly onOrder: (order: Order) => void;
}

/** What is in a cart, how it can be changed, and the way to an order. */
export function CartOf({ userId, onOrder }: Props) {
  const cart = useLoad((signal) => getCart(userId, signal), [userId], { everyMs: 4000 });
  const changing = useAction();
  const [edits, setEdits] = useState(0);
  const changed = (next: Cart) => {
    cart.put(next);
    setEdits((before) => before + 1);
  };
  const change = async (ask: () => Promise<{ body: Cart }>, said: string) => {
    const done = await changing.run(async () => {
      changed((await ask()).body);
      announce(said);
    });
    if (!done) cart.reload();
    return done;
  };
  const setTo = async (line: CartLine, quantity: number) => {
    const ask = () => setQuantity(userId, line.product_id, quantity);
    const done = await change(ask, `${quantity} × ${nameOf(line)} in the cart.`);
    // The price was accepted, and the button for it is gone.
    if (done && quantity === line.quantity) focusHeading();
  };
  const remove = async (line: CartLine) => {
    if (await change(() => removeLine(userId, line.product_id), `${nameOf(line)} is removed.`)) focusHeading();
  };
  const { data, problem } = cart;
  return (
    <View
      title={`Cart of ${userId}`}
      actions={data && data.items.length > 0 && <ClearCart cart={data} onCart={changed} />}
    >
      {problem && <ProblemAlert problem={problem} onRetry={cart.reload} />}
      {changing.problem && (
        <ProblemAlert problem={changing.problem} onDismiss={changing.dismiss}>
          <p>{addRefusal(changing.problem) ?? changing.problem.message}</p>
        </ProblemAlert>
      )}
      {!data && cart.loading && <Skeleton rows={4} />}
      {data && (
        <div class={data.items.length > 0 ? "columns cart-columns" : "stack"}>
          {data.items.length > 0 ? (
            <div class="card cart-lines">
              <CartLines cart={data} busy={changing.busy} onQuantity={setTo} onRemove={remove} />
            </div>
          ) : (
            <div class="card">
              <Empty title="The cart is empty.">
                <a class="button button-primary" href="/shop">
                  To the shop
                </a>
              </Empty>
            </div>
          )}
          <Checkout cart={data} edits={edits} changing={changing.busy} onOrder={onOrder} onRefused={cart.reload} />
        </div>
      )}
    </View>
  );
}
