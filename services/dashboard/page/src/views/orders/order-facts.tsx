import type { Order } from "../../api/order.ts";
import { Card } from "../../components/card.tsx";
import { Money, When } from "../../components/values.tsx";
import { holdInWords, verificationInWords } from "./remark.ts";

/** How an order stands. */
export const OrderFacts = ({ order }: { order: Order }) => (
  <Card title="Facts">
    <dl class="facts">
      <dt>Customer</dt>
      <dd>
        <a href={`/orders?user_id=${encodeURIComponent(order.user_id)}`}>{order.user_id}</a>
      </dd>
      <dt>Placed</dt>
      <dd>
        <When at={order.created_at} />
      </dd>
      <dt>Last change</dt>
      <dd>
        <When at={order.updated_at} />
      </dd>
      {order.status === "PENDING" && order.expires_at && (
        <>
          <dt>To be paid by</dt>
          <dd>
            <When at={order.expires_at} />
          </dd>
        </>
      )}
      <dt>Prices</dt>
      <dd>{verificationInWords[order.verification]}</dd>
      <dt>Stock</dt>
      <dd>{holdInWords[order.hold]}</dd>
      <dt>Total</dt>
      <dd>
        <Money amount={order.total} currency={order.currency} />
      </dd>
      <dt>Refunded</dt>
      <dd>
        <Money amount={order.refunded} currency={order.currency} />
      </dd>
      {order.reason && (
        <>
          <dt>Reason</dt>
          <dd>{order.reason}</dd>
        </>
      )}
      <dt>Id</dt>
      <dd>
        <code>{order.id}</code>
      </dd>
    </dl>
  </Card>
);
