import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { CartLine } from "../../api/cart.ts";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/field.tsx";
import { nameOf } from "./line-state.ts";
import { parseQuantity, quantityForm } from "./quantity.ts";

interface Props {
  readonly line: CartLine;
  readonly busy: boolean;
  readonly onQuantity: (quantity: number) => void;
}

/** How many of a line, to be changed. */
export function LineQuantity({ line, busy, onQuantity }: Props) {
  const [text, setText] = useState(String(line.quantity));
  const [faulty, setFaulty] = useState(false);
  const was = useRef(line.quantity);
  useLayoutEffect(() => {
    // Changed elsewhere: shown, unless another number is being typed here.
    setText((typed) => (typed === String(was.current) ? String(line.quantity) : typed));
    was.current = line.quantity;
  }, [line.quantity]);
  const submit = (event: Event) => {
    event.preventDefault();
    const quantity = parseQuantity(text);
    setFaulty(quantity === undefined);
    if (quantity !== undefined && quantity !== line.quantity && !busy) onQuantity(quantity);
  };
  return (
    <form class="line-quantity" onSubmit={submit} noValidate>
      <TextField
        label={`Quantity of ${nameOf(line)}`}
        labelHidden
        type="number"
        inputMode="numeric"
        min={1}
        max={99}
        value={text}
        onInput={setText}
        error={faulty ? quantityForm : undefined}
      />
      <Button type="submit" disabled={busy || text === String(line.quantity)} label={`Update ${nameOf(line)}`}>
        Update
      </Button>
    </form>
  );
}
