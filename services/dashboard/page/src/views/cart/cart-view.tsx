import { useLayoutEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Order } from "../../api/order.ts";
import { Empty } from "../../components/empty.tsx";
import { View } from "../../components/view.tsx";
import { useNavigate } from "../../hooks/use-navigate.ts";
import { isUserId, setCustomer } from "../../session/customer.ts";
import { CartOf } from "./cart-of.tsx";
import { PlacedOrder } from "./placed-order.tsx";
import "./cart.css";

/** A customer's cart; with `?order=` the order that was made of it, so that a reload after the checkout is safe. */
export default function CartView({ user_id }: { user_id: string }) {
  const { query, path } = useLocation();
  const navigate = useNavigate();
  const [placed, setPlaced] = useState<Order>();
  useLayoutEffect(() => setCustomer(user_id), [user_id]);
  if (!isUserId(user_id))
    return (
      <View title="Cart">
        <Empty title="No customer can be called that.">
          <a href="/shop">Choose a customer in the shop</a>
        </Empty>
      </View>
    );
  if (query.order) return <PlacedOrder key={query.order} userId={user_id} orderId={query.order} placed={placed} />;
  const show = (order: Order) => {
    setPlaced(order);
    navigate(path, { query: { order: order.id } });
  };
  return <CartOf key={user_id} userId={user_id} onOrder={show} />;
}
