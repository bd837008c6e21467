import type { Product } from "../../api/catalog.ts";
import { Badge } from "../../components/badge.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Money } from "../../components/values.tsx";
import { formatCount } from "./count.ts";

const columns: readonly Column<Product>[] = [
  {
    head: "Name",
    cell: ({ id, name }) => (
      <a class="break" href={`/products/${id}`}>
        {name}
      </a>
    ),
  },
  { head: "SKU", cell: ({ sku }) => <code>{sku}</code> },
  { head: "Price", numeric: true, cell: ({ price, currency }) => <Money amount={price} currency={currency} /> },
  { head: "Stock", numeric: true, cell: ({ stock }) => formatCount(stock) },
  { head: "Reserved", numeric: true, cell: ({ reserved }) => formatCount(reserved) },
  { head: "Available", numeric: true, cell: ({ available }) => formatCount(available) },
  { head: "State", cell: ({ active }) => <ActiveBadge active={active} /> },
];

export const ProductTable = ({ products }: { products: readonly Product[] }) => (
  <Table caption="Products" columns={columns} rows={products} keyOf={({ id }) => id} />
);

/** Whether a product is sold. */
export const ActiveBadge = ({ active }: { active: boolean }) => (
  <Badge tone={active ? "good" : "neutral"}>{active ? "Active" : "Not sold"}</Badge>
);
