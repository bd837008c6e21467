import type { ProductFilter } from "../../api/catalog.ts";
import { CheckField } from "../../components/field.tsx";
import { ProductSort } from "../../components/product-sort.tsx";
import { SearchField } from "../../components/search-field.tsx";
import { useSearch } from "../../hooks/use-search.ts";

interface Props {
  readonly filter: ProductFilter;
  readonly onFilter: (change: Partial<ProductFilter>) => void;
}

/** What to show of the catalog, and in which order. */
export function Filters({ filter, onFilter }: Props) {
  const search = useSearch(filter.q ?? "", (q) => onFilter({ q: q || undefined }));
  const refine = (change: Partial<ProductFilter>) => onFilter({ q: search.typed || undefined, ...change });
  return (
    <search class="shop-filters">
      <SearchField search={search} />
      <ProductSort sort={filter.sort ?? ""} onSort={(sort) => refine({ sort: sort || undefined })} />
      <CheckField
        label="In stock only"
        checked={filter.in_stock === true}
        onInput={(on) => refine({ in_stock: on || undefined })}
      />
    </search>
  );
}
