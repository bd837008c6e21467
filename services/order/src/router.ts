import {
  type Answer,
  type Currency,
  created,
  decodeCursor,
  notFound,
  ok,
  page,
  type Route,
  route,
  verify,
  type WebhookSecrets,
} from "@shop/platform";
import joi from "joi";
import type { createCloseOrder } from "./close-order.ts";
import type { createEraseUser } from "./erase-user.ts";
import type { Order } from "./order.ts";
import { lowestIdAt } from "./order-id.ts";
import type { OrderStore } from "./order-store.ts";
import type { createPayOrder } from "./pay-order.ts";
import type { createPlaceOrder } from "./place-order.ts";
import { createPresenter } from "./present.ts";
import { createReceiveWebhooks } from "./receive-webhooks.ts";
import {
  erasedSchema,
  eventsSchema,
  listOrdersQuery,
  orderLines,
  orderPath,
  orderSchema,
  payableBody,
  payableSchema,
  payablesBody,
  payablesSchema,
  paymentBody,
  placeOrderQuery,
  userPath,
  webhookHeaders,
  webhooksBody,
  webhooksSchema,
} from "./schemas.ts";

export interface UseCases {
  readonly store: OrderStore;
  readonly placeOrder: ReturnType<typeof createPlaceOrder>;
  readonly payOrder: ReturnType<typeof createPayOrder>;
  readonly closeOrder: ReturnType<typeof createCloseOrder>;
  readonly eraseUser: ReturnType<typeof createEraseUser>;
  /** By which the payment service signs its messages. */
  readonly secrets: WebhookSecrets;
}

/** The answers that are kept for a repetition, in the unit of what they tell. */
export function createReplies(unit: Currency) {
  const present = createPresenter(unit);
  return {
    placed: (order: Order): Answer => created(present.order(order), `/orders/${order.id}`),
    closed: (order: Order): Answer => ok(present.order(order)),
  };
}

export function createRoutes(unit: Currency, useCases: UseCases): readonly Route[] {
  const { store, placeOrder, payOrder, closeOrder, eraseUser, secrets } = useCases;
  const present = createPresenter(unit);
  const reply = createReplies(unit);
  const receiveWebhooks = createReceiveWebhooks({ payOrder, secrets, unit });
  return [
    route({
      method: "POST",
      path: "/orders",
      operation: "place-order",
      summary: "Place an order at asserted prices; its stock is held until it is paid or expires",
      scope: "orders:write",
      query: placeOrderQuery,
      body: orderLines(unit),
      answers: { 201: orderSchema },
      problems: { 409: ["price-changed", "insufficient-stock", "inactive-product"], 422: ["unknown-product"] },
      handle: async ({ query, body, context }) => reply.placed(await placeOrder(context, query, body)),
    }),
    route({
      method: "GET",
      path: "/orders",
      operation: "list-orders",
      summary: "Orders, newest first; created_from is included, created_to is not",
      scope: "orders:read",
      query: listOrdersQuery,
      answers: { 200: joi.array().items(orderSchema) },
      handle: async ({ query }) => {
        const { user_id, status, limit, cursor, created_from: from, created_to: to } = query;
        const fromId = from && lowestIdAt(Date.parse(from));
        const toId = to && lowestIdAt(Date.parse(to));
        const beforeId = cursor === undefined ? toId : String(decodeCursor(cursor, ["string"])[0]);
        const orders = await store.list({ user_id, status, fromId, beforeId }, limit + 1);
        return page("/orders", { ...query }, orders, { position: ({ id }) => [id], present: present.order });
      },
    }),
    route({
      method: "GET",
      path: "/orders/:order_id",
      operation: "get-order",
      summary: "One order",
      scope: "orders:read",
      params: orderPath,
      answers: { 200: orderSchema },
      handle: async ({ params }) => {
        const order = await store.find(params.order_id);
        if (!order) throw notFound("order");
        return ok(present.order(order));
      },
    }),
    route({
      method: "GET",
      path: "/orders/:order_id/events",
      operation: "list-order-events",
      summary: "All that happened to an order, oldest first",
      scope: "orders:read",
      params: orderPath,
      answers: { 200: eventsSchema },
      handle: async ({ params }) => {
        const events = await store.events(params.order_id);
        if (events.length === 0) throw notFound("order");
        return ok(events.map(present.event));
      },
    }),
    route({
      method: "POST",
      path: "/orders/:order_id/cancel",
      operation: "cancel-order",
      summary: "Cancel an unpaid order; its stock is released",
      scope: "orders:write",
      params: orderPath,
      answers: { 200: orderSchema },
      problems: { 409: ["invalid-transition"] },
      handle: async ({ params, context }) => reply.closed(await closeOrder.cancel(context, params.order_id)),
    }),
    route({
      method: "POST",
      path: "/orders/:order_id/fulfil",
      operation: "fulfil-order",
      summary: "Mark a paid order, whose stock is confirmed, as handed over",
      scope: "orders:fulfil",
      params: orderPath,
      answers: { 200: orderSchema },
      problems: { 409: ["invalid-transition"] },
      handle: async ({ params, context }) => reply.closed(await closeOrder.fulfil(context, params.order_id)),
    }),
    route({
      method: "POST",
      path: "/orders/payable",
      operation: "require-many-payable",
      summary: "Ask it of up to 64 orders, with one result each, in the order asked",
      scope: "orders:pay",
      body: payablesBody(unit),
      answers: { 200: payablesSchema },
      handle: async ({ body, context }) =>
        ok(present.payables(body.payables, await payOrder.payables(context, body.payables))),
    }),
    route({
      method: "POST",
      path: "/orders/:order_id/payable",
      operation: "require-payable",
      summary: "Ask, before a charge, that the order is verified, held and payable for another quarter of an hour",
      scope: "orders:pay",
      params: orderPath,
      body: payableBody(unit),
      answers: { 200: payableSchema },
      problems: {
        409: ["order-already-paid", "order-not-payable", "price-changed", "insufficient-stock"],
        422: ["amount-mismatch"],
        503: ["peer-unavailable"],
      },
      handle: async ({ params, body, context }) =>
        ok(present.payable(await payOrder.payable(context, params.order_id, body.amount))),
    }),
    route({
      method: "POST",
      path: "/orders/:order_id/payment",
      operation: "receive-payment-event",
      summary: "News of a payment, signed by Standard Webhooks: a snapshot; an older one than seen changes nothing",
      scope: "webhooks:deliver",
      idempotency: "none",
      params: orderPath,
      headers: webhookHeaders,
      body: paymentBody(unit),
      answers: { 200: orderSchema },
      problems: { 422: ["amount-mismatch"] },
      handle: async ({ params, body, headers, rawBody, context }) => {
        const message = verify(secrets.current(), headers, rawBody);
        return ok(present.order(await payOrder.payment(context, params.order_id, body, message.id)));
      },
    }),
    route({
      method: "POST",
      path: "/orders/payments",
      operation: "receive-payment-events",
      summary: "Up to 64 webhooks of that kind in one request, each signed by itself, with one result each",
      scope: "webhooks:deliver",
      idempotency: "none",
      body: webhooksBody,
      answers: { 200: webhooksSchema },
      handle: async ({ body, context }) =>
        ok(present.paid(body.webhooks, await receiveWebhooks(context, body.webhooks))),
    }),
    route({
      method: "DELETE",
      path: "/users/:user_id",
      operation: "erase-user",
      summary: "Erase a person's id from orders and their events; what was sold and paid stays",
      scope: "admin",
      params: userPath,
      answers: { 200: erasedSchema },
      handle: async ({ params, context }) => ok({ orders: await eraseUser(context, params.user_id) }),
    }),
  ];
}
