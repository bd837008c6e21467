import { useState } from "preact/hooks";
import { createProduct, type NewProduct, type Product } from "../../api/catalog.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { CheckField, TextField } from "../../components/field.tsx";
import { Uncertain } from "../../components/uncertain.tsx";
import { View } from "../../components/view.tsx";
import { parseMoney } from "../../format/money.ts";
import { useNavigate } from "../../hooks/use-navigate.ts";
import { useWish } from "../../hooks/use-wish.ts";
import { emptyDraft } from "./draft.ts";
import { type Faults, faultsIn, faultsOf, parseCount } from "./faults.ts";
import { ProductFields } from "./product-fields.tsx";
import { useCurrency } from "./use-currency.ts";
import { useFaults } from "./use-faults.ts";
import "./products.css";

/** A product that is not there yet. */
export default function NewProductView() {
  const currency = useCurrency();
  const navigate = useNavigate();
  const creating = useWish<NewProduct, Product>("create", createProduct, ({ body, earlier }) => {
    navigate(`/products/${body.id}`, { replace: true });
    announce(`The product ${body.name} ${earlier ? "was already there" : "is there"}.`);
  });
  const [draft, setDraft] = useState(emptyDraft);
  const [stock, setStock] = useState("0");
  const [active, setActive] = useState(true);
  const [own, setOwn] = useState<Faults>({});
  const faults = { ...faultsIn(creating.problem), ...own };
  const form = useFaults(faults);

  const submit = (event: Event) => {
    event.preventDefault();
    const pieces = parseCount(stock);
    const wrongStock = pieces === undefined || pieces < 0;
    const found = {
      ...faultsOf(draft, currency),
      ...(wrongStock ? { stock: "Enter a whole number, 0 or more." } : {}),
    };
    setOwn(found);
    creating.dismiss();
    const price = parseMoney(draft.price, currency);
    if (Object.keys(found).length > 0 || price === undefined || pieces === undefined) return;
    const { name, description } = draft;
    const sku = draft.sku.trim();
    const product = { name, description, price, stock: pieces, active, ...(sku ? { sku } : {}) };
    void creating.begin(product);
  };
  const { problem } = creating;
  return (
    <View title="New product">
      <form ref={form} class="card product-form" onSubmit={submit} noValidate>
        <ProductFields
          draft={draft}
          faults={faults}
          currency={currency}
          onInput={setDraft}
          skuHint="Made by the shop when left empty."
        />
        <div class="pair">
          <TextField
            label="Stock"
            value={stock}
            onInput={setStock}
            inputMode="numeric"
            autoComplete="off"
            error={faults.stock}
          />
        </div>
        <CheckField label="Active: it can be bought" checked={active} onInput={setActive} />
        <Uncertain wishing={creating} what={({ name }) => `the product ${name} was made`} />
        {problem && creating.uncertain === undefined && Object.keys(faultsIn(problem)).length === 0 && (
          <ProblemAlert problem={problem} onDismiss={creating.dismiss} />
        )}
        <div class="cluster">
          <Button type="submit" kind="primary" busy={creating.busy}>
            Create the product
          </Button>
          <a class="button button-plain" href="/products">
            Cancel
          </a>
        </div>
      </form>
    </View>
  );
}
