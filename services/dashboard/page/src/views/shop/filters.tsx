import { useEffect, useRef, useState } from "preact/hooks";
import type { ProductFilter } from "../../api/catalog.ts";
import { CheckField, SelectField, TextField } from "../../components/field.tsx";
import { sorts } from "./shop-filter.ts";

interface Props {
  readonly filter: ProductFilter;
  readonly onFilter: (change: Partial<ProductFilter>) => void;
}

/** So that a word is one request, and not one a letter. */
const typingPauseMs = 250;

/** What to show of the catalog, and in which order. */
export const Filters = ({ filter, onFilter }: Props) => (
  <search class="shop-filters">
    <Search q={filter.q ?? ""} onSearch={(q) => onFilter({ q })} />
    <SelectField
      label="Sort by"
      value={filter.sort ?? ""}
      options={sorts}
      onInput={(sort) => onFilter({ sort: sort || undefined })}
    />
    <CheckField
      label="In stock only"
      checked={filter.in_stock === true}
      onInput={(on) => onFilter({ in_stock: on || undefined })}
    />
  </search>
);

function Search({ q, onSearch }: { q: string; onSearch(q: string | undefined): void }) {
  const [text, setText] = useState(q);
  const sent = useRef(q);
  useEffect(() => {
    // The address was changed by another than this field, such as the back button.
    if (q !== sent.current) setText(q);
    sent.current = q;
  }, [q]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      onSearch(wanted || undefined);
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <TextField
      label="Search"
      type="search"
      value={text}
      onInput={setText}
      maxLength={100}
      placeholder="Name, SKU or description"
    />
  );
}
