import { useLayoutEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type Page, queryString } from "../../api/client.ts";
import { listOrders, type Order } from "../../api/order.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Empty } from "../../components/empty.tsx";
import { focusHeading } from "../../components/focus-heading.ts";
import { Pager } from "../../components/pager.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { View } from "../../components/view.tsx";
import { useLoad } from "../../hooks/use-load.ts";
import { useNavigate } from "../../hooks/use-navigate.ts";
import { type Asked, askedOf, filterOf, isNarrowed } from "./order-address.ts";
import { OrderFilters } from "./order-filters.tsx";
import { OrdersTable } from "./orders-table.tsx";
import "./orders.css";

/** The orders of the shop, a page at a time, by state, customer and day. What is shown is in the address, and live. */
export default function OrdersView() {
  const { query, path } = useLocation();
  const navigate = useNavigate();
  const asked = askedOf(query);
  const { cursor, ...filters } = asked;
  const orders = useLoad((signal) => listOrders(filterOf(asked), signal), [asked], { everyMs: 5000 });
  // While another page is awaited, the last one stays.
  const last = useRef<Page<Order> | undefined>(undefined);
  if (orders.data) last.current = orders.data;
  const page = orders.data ?? last.current;
  useArrival(cursor);

  const address = (of?: string) => path + queryString({ ...filters, cursor: of });
  return (
    <View title="Orders">
      <OrderFilters asked={asked} onAsk={(next) => navigate(path, { query: { ...next } })} />
      {orders.problem && <ProblemAlert problem={orders.problem} onRetry={orders.reload} />}
      {page && page.items.length > 0 && <OrdersTable orders={page.items} busy={orders.data === undefined} />}
      {page && page.items.length === 0 && <NoOrders asked={asked} />}
      {!page && orders.loading && <Skeleton rows={8} />}
      {page && <Pager first={cursor && address()} next={page.next && address(page.next)} of="orders" />}
    </View>
  );
}

/** Another page is read from its top; the first look at the view is the view's own matter. */
function useArrival(cursor: string | undefined): void {
  const { wasPush } = useLocation() as unknown as { wasPush: boolean };
  const shown = useRef(cursor);
  useLayoutEffect(() => {
    if (shown.current === cursor) return;
    shown.current = cursor;
    announce(cursor ? "Another page of orders" : "The first page of orders");
    // The back button finds the place by itself.
    if (!wasPush) return;
    focusHeading();
    scrollTo(0, 0);
  }, [cursor]);
}

function NoOrders({ asked }: { asked: Asked }) {
  const narrowed = isNarrowed(asked);
  return (
    <Empty title={narrowed ? "No order is like that." : "There are no orders yet."}>
      <p>
        {narrowed ? <a href="/orders">Show all orders</a> : "They appear here by themselves when customers check out."}
      </p>
    </Empty>
  );
}
