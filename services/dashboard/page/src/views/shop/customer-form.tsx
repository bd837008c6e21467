import { useLayoutEffect, useState } from "preact/hooks";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/field.tsx";
import { useDraft } from "../../hooks/use-draft.ts";
import { choosing, customer, isUserId, setCustomer } from "../../session/customer.ts";

/** Chooses whose cart is worked on. */
export function CustomerForm() {
  const [text, setText] = useDraft(customer.value);
  const [faulty, setFaulty] = useState(false);
  // In the commit: a click right after the typing must know.
  useLayoutEffect(() => {
    choosing.value = text.trim() !== customer.value;
    return () => {
      choosing.value = false;
    };
  }, [text, customer.value]);
  const submit = (event: Event) => {
    event.preventDefault();
    const given = text.trim();
    setFaulty(!isUserId(given));
    if (!isUserId(given)) return;
    setText(given);
    setCustomer(given);
    announce(`The customer is ${given}.`);
  };
  return (
    <form class="customer-form" onSubmit={submit} noValidate>
      <TextField
        label="Customer"
        value={text}
        onInput={setText}
        autoComplete="off"
        maxLength={64}
        hint={choosing.value ? "Set the customer before you add anything." : undefined}
        error={faulty ? "1 to 64 letters, digits and . _ @ -, not beginning with . @ or -" : undefined}
      />
      <Button type="submit" label="Set the customer">
        Set
      </Button>
    </form>
  );
}
