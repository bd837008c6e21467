import { getOrder, type Order, type OrderEvent, orderEvents } from "../../api/order.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { Empty } from "../../components/empty.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { View } from "../../components/view.tsx";
import { useLoad } from "../../hooks/use-load.ts";
import { may } from "../../session/session.ts";
import { PayPanel } from "../payments/pay-panel.tsx";
import { CancelOrder, FulfilOrder } from "./order-actions.tsx";
import { OrderFacts } from "./order-facts.tsx";
import { OrderLines } from "./order-lines.tsx";
import { OrderState } from "./order-state.tsx";
import { OrderStory } from "./order-story.tsx";
import "./orders.css";
import { PaymentsCard } from "./payments-card.tsx";
import { loadPayments } from "./refunds.ts";
import { mayBeFulfilled } from "./remark.ts";

interface Told {
  readonly order: Order;
  readonly events: readonly OrderEvent[];
}
// News of other tabs, of the payment service and of the catalog.
const live = { everyMs: 4000 };

/** One order: how it stands, what was ordered, what happened, its payments, and what can be done about it. */
export default function OrderView({ order_id }: { order_id: string }) {
  const told = useLoad((signal) => load(order_id, signal), [order_id], live);
  const showsPayments = may("payments:read");
  const payments = useLoad(
    async (signal) => (showsPayments ? await loadPayments(order_id, signal) : undefined),
    [order_id],
    showsPayments ? live : {},
  );
  const reload = () => {
    told.reload();
    payments.reload();
  };
  const onOrder = (order: Order) => {
    told.put({ order, events: told.data?.events ?? [] });
    told.reload();
  };
  const order = told.data?.order;
  if (!order && told.problem?.code === "not-found")
    return (
      <View title="Order">
        <Empty title="There is no such order.">
          <a href="/orders">All orders</a>
        </Empty>
      </View>
    );
  // Before anything was paid, the panel says all that there is to say.
  const awaitsPayment = order?.status === "PENDING" && !payments.problem && !payments.data?.length;
  return (
    <View title={`Order …${order_id.slice(-8)}`} actions={order && <Actions order={order} onOrder={onOrder} />}>
      {told.problem && <ProblemAlert problem={told.problem} onRetry={told.reload} />}
      {!order && told.loading && <Skeleton rows={6} />}
      <div class={order ? "columns" : "stack"}>
        <div class="stack">
          {order && <OrderLines order={order} />}
          {order && may("payments:pay") && <PayPanel order={order} onChange={reload} />}
          {showsPayments && !awaitsPayment && <PaymentsCard payments={payments} onChange={reload} />}
        </div>
        {told.data && (
          <div class="stack">
            <OrderFacts order={told.data.order} />
            <OrderStory {...told.data} />
          </div>
        )}
      </div>
    </View>
  );
}

async function load(id: string, signal: AbortSignal): Promise<Told> {
  const [order, events] = await Promise.all([getOrder(id, signal), orderEvents(id, signal)]);
  return { order, events };
}

const Actions = (props: { order: Order; onOrder(order: Order): void }) => (
  <>
    <OrderState order={props.order} />
    {props.order.status === "PENDING" && may("orders:write") && <CancelOrder {...props} />}
    {mayBeFulfilled(props.order) && may("orders:fulfil") && <FulfilOrder {...props} />}
  </>
);
