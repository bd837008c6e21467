import type { MinorUnits } from "@shop/platform";

export const productSorts = ["id", "-id", "name", "-name", "price", "-price"] as const;
export type ProductSort = (typeof productSorts)[number];

export interface ProductFilter {
  /** A part of the name, SKU or description, whatever the case of its ASCII letters. */
  readonly q?: string;
  readonly ids?: readonly number[];
  readonly active?: boolean;
  readonly in_stock?: boolean;
  readonly min_price?: MinorUnits;
  readonly max_price?: MinorUnits;
  readonly sort: ProductSort;
  /** The sort column's value and the id (the id alone when it is the sort column) of the last row of the page before. */
  readonly after?: readonly (string | number)[];
  readonly limit: number;
}

const last = Number.MAX_SAFE_INTEGER;

/** Where a list begins without a cursor, so that it is a search in its index from the first page on. */
const starts: Readonly<Record<ProductSort, readonly (string | number)[] | undefined>> = {
  id: [0],
  "-id": [last],
  name: ["", 0],
  "-name": undefined, // no text is the last one
  price: [0, 0],
  "-price": [last, last],
};

/**
 * One page of products, walked along the index of the sort column. Filters are applied on the way: a `+` keeps SQLite
 * from choosing the price's index for a filter and sorting everything afterwards.
 */
export function productListing(filter: ProductFilter): { sql: string; bindings: (string | number)[] } {
  const descending = filter.sort.startsWith("-");
  const column = filter.sort.replace("-", "") as "id" | "name" | "price";
  const direction = descending ? "DESC" : "ASC";
  const conditions: string[] = [];
  const bindings: (string | number)[] = [];
  const where = (condition: string, ...values: readonly (string | number)[]) => {
    conditions.push(condition);
    bindings.push(...values);
  };

  const after = filter.after ?? starts[filter.sort];
  const columns = column === "id" ? ["id"] : [column, "id"];
  if (after) where(`(${columns}) ${descending ? "<" : ">"} (${columns.map(() => "?")})`, ...after);
  const price = column === "price" ? "price" : "+price";
  if (filter.min_price !== undefined) where(`${price} >= ?`, filter.min_price);
  if (filter.max_price !== undefined) where(`${price} <= ?`, filter.max_price);
  if (filter.active !== undefined) where("active = ?", Number(filter.active));
  if (filter.in_stock !== undefined) where(filter.in_stock ? "reserved < stock" : "reserved = stock");
  if (filter.ids) where("id IN (SELECT value FROM json_each(?))", JSON.stringify(filter.ids));
  if (filter.q !== undefined) {
    const pattern = `%${filter.q.replaceAll(/[\\%_]/g, "\\$&")}%`;
    const like = ["name", "sku", "description"].map((searched) => `${searched} LIKE ? ESCAPE '\\'`);
    where(`(${like.join(" OR ")})`, pattern, pattern, pattern);
  }
  return {
    sql: `SELECT * FROM products ${conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : ""}
          ORDER BY ${columns.map((each) => `${each} ${direction}`)} LIMIT ?`,
    bindings: [...bindings, filter.limit],
  };
}

/** How many values the cursor of a list has, and of which kinds. */
export const cursorKinds = (sort: ProductSort): readonly ("string" | "number")[] => {
  if (sort === "id" || sort === "-id") return ["number"];
  return [sort === "name" || sort === "-name" ? "string" : "number", "number"];
};
