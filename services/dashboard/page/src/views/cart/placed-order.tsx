import { getOrder, type Order, type OrderLine } from "../../api/order.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { StatusBadge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { Empty } from "../../components/empty.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Money } from "../../components/values.tsx";
import { View } from "../../components/view.tsx";
import { useLoad } from "../../hooks/use-load.ts";
import { may } from "../../session/session.ts";
import { PayPanel } from "../payments/pay-panel.tsx";
import { nameOf } from "./line-state.ts";

interface Props {
  readonly userId: string;
  readonly orderId: string;
  /** As the checkout answered, for keys that may not look at orders. */
  readonly placed: Order | undefined;
}

/** What came of a checkout, and its payment. */
export function PlacedOrder({ userId, orderId, placed }: Props) {
  const order = useLoad(
    async (signal) => (placed?.id === orderId && !may("orders:read") ? placed : getOrder(orderId, signal)),
    [orderId],
    { everyMs: 4000 },
  );
  const data = order.data ?? (placed?.id === orderId ? placed : undefined);
  // An address that somebody changed by hand: the order is shown where it belongs.
  if (order.problem?.code === "not-found" || (data && data.user_id !== userId))
    return (
      <View title="Order">
        <Empty title={`${userId} has no such order.`}>
          <a href="/orders">All orders</a>
        </Empty>
      </View>
    );
  return (
    <View title={`Order placed for ${userId}`} actions={<a href="/shop">Back to the shop</a>}>
      {order.problem && <ProblemAlert problem={order.problem} onRetry={order.reload} />}
      {!data && order.loading && <Skeleton rows={4} />}
      {data && (
        <div class="columns">
          <Card title={`What was ordered: …${data.id.slice(-8)}`} actions={<StatusBadge status={data.status} />}>
            <Table
              caption="Lines of the order"
              columns={columns(data)}
              rows={data.items}
              keyOf={(line) => line.product_id}
            />
            <p class="total">
              <span>Total</span>
              <Money amount={data.total} currency={data.currency} />
            </p>
            {data.verification === "pending" && (
              <p class="muted">The catalog could not be asked about it yet. It is, before the order is paid.</p>
            )}
            {may("orders:read") && (
              <p>
                <a href={`/orders/${data.id}`}>The order and its story</a>
              </p>
            )}
          </Card>
          <PayPanel order={data} onChange={order.reload} />
        </div>
      )}
    </View>
  );
}

const columns = ({ currency }: Order): readonly Column<OrderLine>[] => [
  { head: "Product", cell: (line) => nameOf(line) },
  { head: "Price", numeric: true, cell: ({ price }) => <Money amount={price} currency={currency} /> },
  { head: "Quantity", numeric: true, cell: ({ quantity }) => quantity },
  { head: "Subtotal", numeric: true, cell: ({ subtotal }) => <Money amount={subtotal} currency={currency} /> },
];
