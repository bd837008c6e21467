import type { Order, OrderLine } from "../../api/order.ts";
import { Card } from "../../components/card.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Money } from "../../components/values.tsx";
import { may } from "../../session/session.ts";

/** What was ordered, as it was named and priced then. */
export const OrderLines = ({ order }: { order: Order }) => (
  <Card title="What was ordered">
    <Table
      caption="Lines of the order"
      columns={columnsIn(order.currency)}
      rows={order.items.map((item, line) => ({ ...item, line }))}
      keyOf={({ line }) => line}
    />
    <p class="total">
      Total <Money amount={order.total} currency={order.currency} />
    </p>
  </Card>
);

const columnsIn = (currency: string): readonly Column<OrderLine>[] => [
  { head: "Product", cell: (line) => <Product {...line} /> },
  { head: "Quantity", numeric: true, cell: ({ quantity }) => quantity },
  { head: "Price", numeric: true, cell: ({ price }) => <Money amount={price} currency={currency} /> },
  { head: "Subtotal", numeric: true, cell: ({ subtotal }) => <Money amount={subtotal} currency={currency} /> },
];

function Product({ product_id, name, sku }: OrderLine) {
  const text = name ?? `Product ${product_id}`;
  return (
    <span class="order-product">
      {may("catalog:read") ? <a href={`/products/${product_id}`}>{text}</a> : text}
      {sku && <code class="muted">{sku}</code>}
    </span>
  );
}
