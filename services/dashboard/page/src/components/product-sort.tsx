import { productSorts } from "../format/product-sorts.ts";
import { SelectField } from "./field.tsx";

/** In which order products stand. */
export const ProductSort = ({ sort, onSort }: { sort: string; onSort(sort: string): void }) => (
  <SelectField label="Sort by" value={sort} options={productSorts} onInput={onSort} />
);
