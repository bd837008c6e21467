import { SelectField } from "../../components/field.tsx";
import { ProductSort } from "../../components/product-sort.tsx";
import { SearchField } from "../../components/search-field.tsx";
import { useNavigate } from "../../hooks/use-navigate.ts";
import { useSearch } from "../../hooks/use-search.ts";

interface Props {
  readonly q: string;
  readonly active: string;
  readonly sort: string;
}

const states = [
  ["", "All"],
  ["true", "Active"],
  ["false", "Not sold"],
] as const;

/** What is looked for. It goes into the address, always from the first page on. */
export function ProductFilters(asked: Props) {
  const navigate = useNavigate();
  const search = useSearch(asked.q, (q) => go({ q }, true));
  const go = (change: Partial<Props>, replace = false) =>
    navigate("/products", { query: { ...asked, q: search.typed, ...change }, replace });
  return (
    <search class="filters">
      <SearchField search={search} />
      <SelectField label="State" value={asked.active} options={states} onInput={(active) => go({ active })} />
      <ProductSort sort={asked.sort} onSort={(sort) => go({ sort })} />
    </search>
  );
}
