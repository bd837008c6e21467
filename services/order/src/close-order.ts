import type { Answer, RequestContext } from "@shop/platform";
import type { ChangeOrder } from "./change-order.ts";
import type { Order } from "./order.ts";

/**
 * How an order ends on request; the answer is kept with the change for a repetition.
 * Both throw 404, and 409 `invalid-transition` with what is `allowed`.
 */
export const createCloseOrder = (change: ChangeOrder, reply: (order: Order) => Answer) => ({
  cancel: (context: RequestContext, id: string): Promise<Order> =>
    change(context, id, () => [{ type: "cancelled", data: { reason: "Cancelled on request." } }], { reply }),

  fulfil: (context: RequestContext, id: string): Promise<Order> =>
    change(context, id, () => [{ type: "fulfilled", data: {} }], { reply }),
});
