import type { Order } from "../../api/order.ts";
import { type Column, Table } from "../../components/table.tsx";
import { Money, ShortId, When } from "../../components/values.tsx";
import { OrderState } from "./order-state.tsx";

const columns: readonly Column<Order>[] = [
  {
    head: "Order",
    cell: ({ id }) => (
      <a href={`/orders/${id}`}>
        <ShortId id={id} />
      </a>
    ),
  },
  { head: "Customer", cell: ({ user_id }) => user_id },
  { head: "State", cell: (order) => <OrderState order={order} /> },
  { head: "Placed", cell: ({ created_at }) => <When at={created_at} /> },
  { head: "Refunded", numeric: true, cell: (order) => <Refunded {...order} /> },
  { head: "Total", numeric: true, cell: ({ total, currency }) => <Money amount={total} currency={currency} /> },
];

const Refunded = ({ refunded, currency }: Order) =>
  refunded > 0 ? <Money amount={refunded} currency={currency} /> : <span class="muted">–</span>;

/** Orders, newest first. */
export const OrdersTable = ({ orders, busy }: { orders: readonly Order[]; busy: boolean }) => (
  <div class="card orders-card">
    <Table caption="Orders, newest first" columns={columns} rows={orders} keyOf={({ id }) => id} busy={busy} />
  </div>
);
