import { TextField } from "../../components/field.tsx";
import type { Draft, Field } from "./draft.ts";
import type { Faults } from "./faults.ts";

interface Props {
  readonly draft: Draft;
  readonly faults: Faults;
  readonly currency: string;
  readonly onInput: (draft: Draft) => void;
  readonly skuHint?: string;
}

/** What can be said of a product when it is made and when it is edited. */
export function ProductFields({ draft, faults, currency, onInput, skuHint }: Props) {
  const bound = (field: Field) => ({
    value: draft[field],
    error: faults[field],
    onInput: (value: string) => onInput({ ...draft, [field]: value }),
  });
  return (
    <>
      <TextField label="Name" required maxLength={200} autoComplete="off" {...bound("name")} />
      <div class="pair">
        <TextField label={`Price in ${currency}`} required inputMode="decimal" autoComplete="off" {...bound("price")} />
        <TextField label="SKU" maxLength={64} autoComplete="off" hint={skuHint} {...bound("sku")} />
      </div>
      <TextField label="Description" lines={4} maxLength={5000} {...bound("description")} />
    </>
  );
}
