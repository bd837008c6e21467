const id = "01890000-0000-7000-8000-000000000000";
const line = { product_id: 1, quantity: 1, price: 999.99 };
const reservation = { order_id: id, items: [line], ttl_s: 60 };
const payment = {
  id,
  order_id: id,
  amount: 999.99,
  currency: "USD",
  status: "SUCCEEDED",
  refunded: 0,
  provider_reference: "p-1",
  failure: null,
  version: 2,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
};

export interface Example {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  /** Parts of the body that may hold anything, because another version of a sibling may send more. */
  readonly open?: readonly string[];
}

/** Of the routes that every service has. */
const everywhere: Readonly<Record<string, Example>> = {
  "POST /admin/reconcile": {},
  "POST /admin/backup": {},
  "GET /admin/backups/:backup_id": { params: { backup_id: "20260101T000000000Z" } },
};

/** One well-formed input for every route that takes any or heeds an `Idempotency-Key`, by service and route. */
export const examples: Readonly<Record<string, Readonly<Record<string, Example>>>> = {
  catalog: {
    ...everywhere,
    "GET /products": {
      query: {
        q: "lap",
        ids: "1,2",
        active: "true",
        in_stock: "true",
        min_price: 1,
        max_price: 9,
        sort: "price",
        limit: 5,
        cursor: "WzFd",
      },
    },
    "GET /products/:product_id": { params: { product_id: 1 } },
    "POST /products": { body: { sku: "MUG-1", name: "Mug", description: "Blue", price: 9.5, stock: 5, active: true } },
    "PATCH /products/:product_id": {
      params: { product_id: 1 },
      body: { sku: "MUG-1", name: "Mug", description: "Blue", price: 9.5, active: true },
    },
    "DELETE /products/:product_id": { params: { product_id: 1 } },
    "POST /products/:product_id/stock-adjustments": { params: { product_id: 1 }, body: { delta: 1, reason: "found" } },
    "GET /products/:product_id/stock-movements": { params: { product_id: 1 }, query: { limit: 5, cursor: "WzFd" } },
    "PUT /reservations/:order_id": { params: { order_id: id }, body: { items: [line], ttl_s: 60 } },
    "POST /reservations": { body: { reservations: [reservation] } },
    "POST /reservations/confirm": { body: { order_ids: [id] } },
    "GET /reservations": { query: { state: "HELD", older_than_s: 1, limit: 5, cursor: "WzFd" } },
    "POST /reservations/:order_id/confirm": { params: { order_id: id } },
    "POST /reservations/:order_id/release": { params: { order_id: id } },
    "POST /reservations/:order_id/return": { params: { order_id: id } },
  },
  cart: {
    ...everywhere,
    "GET /cart/:user_id": { params: { user_id: "ann" } },
    "POST /cart/:user_id/add": { params: { user_id: "ann" }, query: { product_id: 1, quantity: 1 } },
    "PUT /cart/:user_id/items/:product_id": { params: { user_id: "ann", product_id: 1 }, body: { quantity: 1 } },
    "DELETE /cart/:user_id/items/:product_id": { params: { user_id: "ann", product_id: 1 } },
    "DELETE /cart/:user_id/clear": { params: { user_id: "ann" } },
    "POST /cart/:user_id/merge": { params: { user_id: "ann" }, body: { into: "bob" } },
    "POST /cart/:user_id/checkout": { params: { user_id: "ann" } },
    "DELETE /users/:user_id": { params: { user_id: "ann" } },
  },
  order: {
    ...everywhere,
    "POST /orders": { query: { user_id: "ann" }, body: [line] },
    "GET /orders": {
      query: {
        user_id: "ann",
        status: "PENDING",
        created_from: "2026-01-01T00:00:00Z",
        created_to: "2027-01-01T00:00:00Z",
        limit: 5,
        cursor: "WzFd",
      },
    },
    "GET /orders/:order_id": { params: { order_id: id } },
    "GET /orders/:order_id/events": { params: { order_id: id } },
    "POST /orders/:order_id/cancel": { params: { order_id: id } },
    "POST /orders/:order_id/fulfil": { params: { order_id: id } },
    "POST /orders/payable": { body: { payables: [{ order_id: id, payment_id: id, amount: 999.99 }] } },
    "POST /orders/:order_id/payable": { params: { order_id: id }, body: { payment_id: id, amount: 999.99 } },
    "POST /orders/:order_id/payment": {
      params: { order_id: id },
      body: { type: "payment.succeeded", timestamp: "2026-01-01T00:00:00.000Z", data: payment },
      open: ["/body/data", "/body/surprise"],
    },
    "POST /orders/payments": {
      body: {
        webhooks: [
          { "webhook-id": "msg_1", "webhook-timestamp": "1767225600", "webhook-signature": "v1,AAAA", body: "{}" },
        ],
      },
    },
    "DELETE /users/:user_id": { params: { user_id: "ann" } },
    "GET /outbox": { query: { state: "DEAD", destination: "catalog", limit: 5, cursor: "WzFd" } },
    "POST /outbox/:message_id/redeliver": { params: { message_id: id } },
  },
  payment: {
    ...everywhere,
    "POST /pay": { query: { order_id: id, amount: 999.99 } },
    "GET /payments": { query: { order_id: id, status: "SUCCEEDED", limit: 5, cursor: "WzFd" } },
    "GET /payments/:payment_id": { params: { payment_id: id } },
    "POST /payments/:payment_id/refunds": { params: { payment_id: id }, body: { amount: 1, reason: "scratched" } },
    "GET /payments/:payment_id/refunds": { params: { payment_id: id }, query: { limit: 5, cursor: "WzFd" } },
    "GET /webhooks": { query: { status: "DEAD", limit: 5, cursor: "WzFd" } },
    "POST /webhooks/:webhook_id/redeliver": { params: { webhook_id: id } },
    "GET /outbox": { query: { state: "WAITING", destination: "consent", limit: 5, cursor: "WzFd" } },
    "POST /outbox/:message_id/redeliver": { params: { message_id: id } },
  },
};
