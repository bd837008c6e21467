import { useState } from "preact/hooks";
import { adjustStock, type Product } from "../../api/catalog.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../components/field.tsx";
import { Uncertain } from "../../components/uncertain.tsx";
import { useWish } from "../../hooks/use-wish.ts";
import { formatChange, formatCount } from "./count.ts";
import { type Faults, faultsIn, parseCount } from "./faults.ts";
import { useFaults } from "./use-faults.ts";

interface Props {
  readonly product: Product;
  /** Without a product: its stock is another now, and not known. */
  readonly onAdjusted: (product: Product | undefined) => void;
}
interface Adjustment {
  readonly delta: number;
  readonly reason: string;
}

const commonReasons = ["Delivery", "Stocktaking", "Customer return", "Damaged", "Lost"];

/** Adds to the stock or takes from it, with the reason for the history. */
export function AdjustStock({ product, onAdjusted }: Props) {
  const [change, setChange] = useState("");
  const [reason, setReason] = useState("");
  const [own, setOwn] = useState<Faults>({});
  const adjusting = useWish<Adjustment, Product>(
    `adjust:${product.id}`,
    (adjustment, key) => adjustStock(product.id, adjustment, key),
    ({ wish, body, earlier }) => {
      // What was typed while it was under way is for the next one.
      setChange((now) => (parseCount(now) === wish.delta ? "" : now));
      setReason((now) => (now.trim() === wish.reason ? "" : now));
      // Of an earlier time: the stock may be another by now.
      onAdjusted(earlier ? undefined : body);
      announce(
        earlier
          ? `${formatChange(wish.delta)} was already counted.`
          : `${formatChange(wish.delta)}: there are ${formatCount(body.stock)} in stock now.`,
      );
    },
  );
  const { problem } = adjusting;
  const faults = { ...faultsIn(problem), ...own };
  const form = useFaults(faults);
  const delta = parseCount(change);

  const submit = (event: Event) => {
    event.preventDefault();
    const found = {
      ...(delta ? {} : { delta: "Enter a whole number, such as 10 or -3." }),
      ...(reason.trim() ? {} : { reason: "Say why, for those who look at the history." }),
    };
    setOwn(found);
    if (!delta || Object.keys(found).length > 0) return;
    void adjusting.begin({ delta, reason: reason.trim() });
  };
  return (
    <form ref={form} class="stack" onSubmit={submit} noValidate>
      <h3>Adjust</h3>
      <TextField
        label="Change"
        value={change}
        onInput={setChange}
        inputMode="text"
        autoComplete="off"
        hint={outcome(product, delta)}
        error={faults.delta}
      />
      <div class="stack-tight">
        <TextField label="Reason" value={reason} onInput={setReason} maxLength={200} error={faults.reason} />
        <fieldset class="cluster suggestions">
          <legend class="visually-hidden">Common reasons</legend>
          {commonReasons.map((each) => (
            <button
              key={each}
              type="button"
              class="suggestion"
              aria-pressed={reason === each}
              onClick={() => setReason(each)}
            >
              {each}
            </button>
          ))}
        </fieldset>
      </div>
      <Uncertain wishing={adjusting} what={({ delta, reason }) => `${formatChange(delta)} (${reason}) was counted`} />
      {problem && adjusting.uncertain === undefined && Object.keys(faultsIn(problem)).length === 0 && (
        <ProblemAlert problem={problem} onDismiss={adjusting.dismiss}>
          {problem.code === "insufficient-stock" ? <p>{tooLittle(product)}</p> : undefined}
        </ProblemAlert>
      )}
      <Button type="submit" busy={adjusting.busy}>
        Adjust the stock
      </Button>
    </form>
  );
}

function outcome({ stock, available }: Product, delta: number | undefined): string {
  if (!delta) return "Such as 10 or -3.";
  if (available + delta < 0) return `That is more than the ${formatCount(available)} that are available.`;
  return `There will be ${formatCount(stock + delta)} in stock.`;
}

function tooLittle({ available, reserved }: Product): string {
  const promised = reserved > 0 ? ` ${formatCount(reserved)} more are reserved for orders.` : "";
  return `At most ${formatCount(available)} can be taken away.${promised} Nothing was changed.`;
}
