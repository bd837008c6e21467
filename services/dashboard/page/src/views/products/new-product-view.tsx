import { useState } from "preact/hooks";
import { createProduct } from "../../api/catalog.ts";
import { once } from "../../api/intent.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { CheckField, TextField } from "../../components/field.tsx";
import { View } from "../../components/view.tsx";
import { parseMoney } from "../../format/money.ts";
import { useAction } from "../../hooks/use-action.ts";
import { useNavigate } from "../../hooks/use-navigate.ts";
import { may } from "../../session/session.ts";
import { emptyDraft } from "./draft.ts";
import { type Faults, faultsIn, faultsOf, parseCount } from "./faults.ts";
import { ProductFields } from "./product-fields.tsx";
import { useCurrency } from "./use-currency.ts";
import { useFaults } from "./use-faults.ts";
import "./products.css";

/** A product that is not there yet. */
export default function NewProductView() {
  if (!may("catalog:write"))
    return (
      <View title="New product">
        <p>
          Your key may not add products. <a href="/products">Back to the products</a>.
        </p>
      </View>
    );
  return <NewProductForm />;
}

function NewProductForm() {
  const currency = useCurrency();
  const navigate = useNavigate();
  const creating = useAction();
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
    void creating.run(async () => {
      const { body } = await once(`create:${JSON.stringify(product)}`, (key) => createProduct(product, key));
      navigate(`/products/${body.id}`, { replace: true });
      announce(`The product ${body.name} is there.`);
    });
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
        {problem && Object.keys(faultsIn(problem)).length === 0 && (
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
