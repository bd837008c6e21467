import type { Order } from "../../api/order.ts";
import { Badge, StatusBadge } from "../../components/badge.tsx";
import { remarkOf } from "./remark.ts";

/** The state of an order, and what is unusual about it. */
export function OrderState({ order }: { order: Order }) {
  const remark = remarkOf(order);
  return (
    <span class="order-state">
      <StatusBadge status={order.status} />
      {remark && <Badge tone={remark.tone}>{remark.text}</Badge>}
    </span>
  );
}
