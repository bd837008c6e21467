import type { ProductFilter } from "../../api/catalog.ts";
import { isProductSort } from "../../format/product-sorts.ts";

/** How many products a page has: rows of two, three and four. */
export const pageSize = 48;

/** What the address asks for; what it cannot ask for is left out, so that a mistyped address is no error. */
export function filterOf(query: Readonly<Record<string, string>>): ProductFilter {
  return {
    q: query.q?.slice(0, 100) || undefined,
    in_stock: query.in_stock === "true" ? true : undefined,
    sort: isProductSort(query.sort) ? query.sort : undefined,
    cursor: query.cursor || undefined,
    active: true,
    limit: pageSize,
  };
}

/** The filter as it stands in the address, without the page: another filter begins at its first. */
export const addressOf = ({ q, in_stock, sort }: ProductFilter) => ({ q, in_stock, sort });
