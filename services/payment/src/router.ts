import {
  accepted,
  type Currency,
  created,
  decodeCursor,
  notFound,
  ok,
  Problem,
  page,
  type Route,
  route,
  uuidPathId,
} from "@shop/platform";
import joi from "joi";
import type { createPay } from "./pay.ts";
import type { Payment } from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";
import { paymentSchema, presentPayment, presentRefund, refundSchema } from "./presenters.ts";
import type { Refund } from "./refund.ts";
import type { RefundPayment } from "./refund-payment.ts";
import type { RefundStore } from "./refund-store.ts";
import { listQuery, payQuery, refundBody, refundsQuery } from "./schemas.ts";

export function paymentRoutes(deps: {
  payments: PaymentStore;
  refunds: RefundStore;
  pay: ReturnType<typeof createPay>;
  refundPayment: RefundPayment["refundPayment"];
  unit: Currency;
}): readonly Route[] {
  const { payments, refunds, pay, refundPayment, unit } = deps;
  const present = (payment: Payment) => presentPayment(payment, unit);
  const params = joi.object<{ payment_id: string }>({ payment_id: uuidPathId("payment") });
  const path = (payment: Pick<Payment, "id">) => `/payments/${payment.id}`;

  async function existing(id: string): Promise<Payment> {
    const payment = await payments.find(id);
    if (!payment) throw notFound("payment");
    return payment;
  }

  return [
    route({
      method: "POST",
      path: "/pay",
      operation: "pay",
      summary: "Pay an order: 200 when it is PAID, 202 while that is not yet certain",
      scope: "payments:pay",
      idempotencyKeptFor: "30d",
      query: payQuery(unit),
      answers: { 200: paymentSchema, 202: paymentSchema },
      problems: {
        402: ["payment-declined"],
        404: ["not-found"],
        409: [
          ...["order-already-paid", "order-not-payable", "price-changed", "insufficient-stock"],
          "inactive-product",
        ],
        422: ["amount-mismatch", "unknown-product"],
      },
      async handle({ query, context }) {
        const { outcome, payment } = await pay(query, context);
        if (outcome === "declined") throw declined(payment, present(payment));
        return outcome === "paid" ? ok(present(payment)) : accepted(present(payment), path(payment));
      },
    }),
    route({
      method: "GET",
      path: "/payments",
      operation: "list-payments",
      summary: "Payments, newest first",
      scope: "payments:read",
      query: listQuery,
      answers: { 200: joi.array().items(paymentSchema) },
      async handle({ query }) {
        const { order_id, status, limit } = query;
        const rows = await payments.list({ order_id, status, before: positionOf(query.cursor), limit: limit + 1 });
        return page("/payments", { ...query }, rows, { position: ({ id }) => [id], present });
      },
    }),
    route({
      method: "GET",
      path: "/payments/:payment_id",
      operation: "get-payment",
      summary: "One payment",
      scope: "payments:read",
      params,
      answers: { 200: paymentSchema },
      handle: async ({ params }) => ok(present(await existing(params.payment_id))),
    }),
    route({
      method: "POST",
      path: "/payments/:payment_id/refunds",
      operation: "refund-payment",
      summary: "Give money back: all that remains, or the amount asked for; 202 while the outcome is not known",
      scope: "payments:refund",
      idempotencyKeptFor: "30d",
      params,
      body: refundBody(unit),
      answers: { 201: refundSchema, 202: refundSchema },
      problems: { 404: ["not-found"], 409: ["refund-exceeds-payment", "invalid-transition", "refund-declined"] },
      async handle({ params, body, context }) {
        const refund = await refundPayment({ ...params, ...body }, context);
        const location = `/payments/${refund.payment_id}/refunds`;
        const answer = presentRefund(refund, unit);
        if (refund.status === "FAILED") throw refundDeclined(answer);
        return refund.status === "PENDING" ? accepted(answer, location) : created(answer, location);
      },
    }),
    route({
      method: "GET",
      path: "/payments/:payment_id/refunds",
      operation: "list-refunds",
      summary: "The refunds of a payment, newest first",
      scope: "payments:read",
      params,
      query: refundsQuery,
      answers: { 200: joi.array().items(refundSchema) },
      async handle({ params, query }) {
        const payment = await existing(params.payment_id);
        const before = positionOf(query.cursor);
        const rows = await refunds.list({ ...params, before, limit: query.limit + 1 });
        return page(`${path(payment)}/refunds`, { ...query }, rows, {
          position: ({ id }: Refund) => [id],
          present: (refund) => presentRefund(refund, unit),
        });
      },
    }),
  ];
}

const positionOf = (cursor: string | undefined): string | undefined =>
  cursor === undefined ? undefined : String(decodeCursor(cursor, ["string"])[0]);

const declined = ({ failure }: Payment, payment: unknown): Problem =>
  new Problem(402, "payment-declined", failure?.detail ?? "The provider declined the payment.", { payment });

/** A refusal, and no answer that is kept for long: what the provider declines today it may do tomorrow. */
const refundDeclined = (refund: unknown): Problem =>
  new Problem(409, "refund-declined", "The provider declined the refund. To ask it anew, choose a new key.", {
    refund,
  });
