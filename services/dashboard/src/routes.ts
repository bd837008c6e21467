/** The services behind the door, by the names under which the page asks for them. */
export type ServiceName = "catalog" | "cart" | "order" | "payment";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Row = readonly [method: Method, path: string];

const everywhere: readonly Row[] = [
  ["GET", "/health"],
  ["GET", "/whoami"],
  ["GET", "/stats"],
  ["POST", "/admin/reconcile"],
];
const outbox: readonly Row[] = [
  ["GET", "/outbox"],
  ["POST", "/outbox/:message_id/redeliver"],
];

/** What the door passes on, and nothing else: what the page asks of each service, as the service's own route table has it. */
export const allowed: Readonly<Record<ServiceName, readonly Row[]>> = {
  catalog: [
    ...everywhere,
    ["GET", "/products"],
    ["POST", "/products"],
    ["GET", "/products/:product_id"],
    ["PATCH", "/products/:product_id"],
    ["POST", "/products/:product_id/stock-adjustments"],
    ["GET", "/products/:product_id/stock-movements"],
  ],
  cart: [
    ...everywhere,
    ["GET", "/cart/:user_id"],
    ["POST", "/cart/:user_id/add"],
    ["PUT", "/cart/:user_id/items/:product_id"],
    ["DELETE", "/cart/:user_id/items/:product_id"],
    ["DELETE", "/cart/:user_id/clear"],
    ["POST", "/cart/:user_id/checkout"],
  ],
  order: [
    ...everywhere,
    ...outbox,
    ["GET", "/orders"],
    ["GET", "/orders/:order_id"],
    ["GET", "/orders/:order_id/events"],
    ["POST", "/orders/:order_id/cancel"],
    ["POST", "/orders/:order_id/fulfil"],
  ],
  payment: [
    ...everywhere,
    ...outbox,
    ["POST", "/pay"],
    ["GET", "/payments"],
    ["POST", "/payments/:payment_id/refunds"],
    ["GET", "/payments/:payment_id/refunds"],
    ["GET", "/webhooks"],
    ["POST", "/webhooks/:webhook_id/redeliver"],
  ],
};
