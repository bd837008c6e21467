import { useState } from "preact/hooks";
import { addToCart, type Cart } from "../../api/cart.ts";
import type { Product } from "../../api/catalog.ts";
import { once } from "../../api/intent.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/field.tsx";
import { useAction } from "../../hooks/use-action.ts";
import { parseQuantity, quantityForm } from "../cart/quantity.ts";
import { addRefusal } from "./add-refusal.ts";

interface Props {
  readonly product: Product;
  readonly userId: string;
  readonly onCart: (cart: Cart) => void;
}

/** Puts some of a product into the customer's cart, or says why not. */
export function AddToCart({ product, userId, onCart }: Props) {
  const [text, setText] = useState("1");
  const [faulty, setFaulty] = useState(false);
  const adding = useAction();
  const add = (quantity: number) =>
    adding.run(async () => {
      const { body } = await once(`add:${userId}:${product.id}:${quantity}`, (key) =>
        addToCart(userId, { product_id: product.id, quantity }, key),
      );
      onCart(body);
      setText("1");
      announce(`${quantity} × ${product.name} added to the cart of ${userId}.`);
    });
  const submit = (event: Event) => {
    event.preventDefault();
    const quantity = parseQuantity(text);
    setFaulty(quantity === undefined);
    if (quantity !== undefined) void add(quantity);
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
      <Button type="submit" busy={adding.busy} disabled={product.available <= 0} label={`Add to cart: ${product.name}`}>
        Add to cart
      </Button>
      {problem && (
        <ProblemAlert problem={problem} onDismiss={adding.dismiss}>
          <p>{addRefusal(problem) ?? problem.message}</p>
        </ProblemAlert>
      )}
    </form>
  );
}
