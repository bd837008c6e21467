import type { ProductFilter } from "../../api/catalog.ts";
import { CheckField } from "../../components/field.tsx";
import { ProductSort } from "../../components/product-sort.tsx";
import { SearchField } from "../../components/search-field.tsx";

interface Props {
  readonly filter: ProductFilter;
  readonly onFilter: (change: Partial<ProductFilter>) => void;
}

/** What to show of the catalog, and in which order. */
export const Filters = ({ filter, onFilter }: Props) => (
  <search class="shop-filters">
    <SearchField q={filter.q ?? ""} onSearch={(q) => onFilter({ q: q || undefined })} />
    <ProductSort sort={filter.sort ?? ""} onSort={(sort) => onFilter({ sort: sort || undefined })} />
    <CheckField
      label="In stock only"
      checked={filter.in_stock === true}
      onInput={(on) => onFilter({ in_stock: on || undefined })}
    />
  </search>
);
