import { useState } from "preact/hooks";
import { addToCart, type Cart } from "../../api/cart.ts";
import type { Product } from "../../api/catalog.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/field.tsx";
import { Uncertain } from "../../components/uncertain.tsx";
import { useWish } from "../../hooks/use-wish.ts";
import { choosing } from "../../session/customer.ts";
import { parseQuantity, quantityForm } from "../cart/quantity.ts";
import { addRefusal } from "./add-refusal.ts";

interface Props {
  readonly product: Product;
  readonly userId: string;
  /** Without a cart: it is another one, and not known. */
  readonly onCart: (cart: Cart | undefined) => void;
}

/** Puts some of a product into the customer's cart, or says why not. */
export function AddToCart({ product, userId, onCart }: Props) {
  const [text, setText] = useState("1");
  const [faulty, setFaulty] = useState(false);
  const adding = useWish<number, Cart>(
    `add:${userId}:${product.id}`,
    (quantity, key) => addToCart(userId, { product_id: product.id, quantity }, key),
    ({ wish, body, earlier }) => {
      // Of an earlier time: the cart may be another by now, and is asked for anew.
      onCart(earlier ? undefined : body);
      // Another number is for another wish: it was typed while this one was under way.
      setText((now) => (parseQuantity(now) === wish ? "1" : now));
      announce(`${wish} × ${product.name} ${earlier ? "was already added" : "added"} to the cart of ${userId}.`);
    },
  );
  const submit = (event: Event) => {
    event.preventDefault();
    const quantity = parseQuantity(text);
    setFaulty(quantity === undefined);
    if (quantity !== undefined && !choosing.value) void adding.begin(quantity);
  };
  const { problem } = adding;
  return (
    <form class="add-to-cart" onSubmit={submit} noValidate>
      <TextField
        label={`Quantity of ${product.name}`}
        labelHidden
        type="number"
        inputMode="numeric"
        min={1}
        max={99}
        value={text}
        onInput={setText}
        error={faulty ? quantityForm : undefined}
      />
      <Button
        type="submit"
        busy={adding.busy}
        disabled={product.available <= 0 || choosing.value}
        label={`Add to cart: ${product.name}`}
      >
        Add to cart
      </Button>
      <Uncertain wishing={adding} what={(quantity) => `${quantity} × ${product.name} went into the cart`} />
      {problem && adding.uncertain === undefined && (
        <ProblemAlert problem={problem} onDismiss={adding.dismiss}>
          <p>{addRefusal(problem) ?? problem.message}</p>
        </ProblemAlert>
      )}
    </form>
  );
}
