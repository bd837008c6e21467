import {
  type Currency,
  instant,
  type MinorUnits,
  moneyAnswer,
  moneySchema,
  type PageQuery,
  pageQuery,
  text,
  uuid,
  uuidPathId,
  type WebhookHeaders,
} from "@shop/platform";
import joi from "joi";
import { holds, type OrderDetails, type Status, statuses, verifications } from "./order.ts";
import type { PaymentEvent } from "./payment-event.ts";
import type { OrderLine } from "./place-order.ts";

const userId = () =>
  joi
    .string()
    .pattern(/^[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}$/, "1 to 64 letters, digits or . _ @ -, not beginning with a mark");

export interface OrderPath {
  readonly order_id: string;
}
export const orderPath = joi.object<OrderPath>({ order_id: uuidPathId("order") });

export const placeOrderQuery = joi.object<OrderDetails>({ user_id: userId().required() });

export const orderLines = (unit: Currency) =>
  joi
    .array<OrderLine[]>()
    .items(
      joi.object({
        product_id: joi.number().integer().min(1).max(Number.MAX_SAFE_INTEGER).required(),
        quantity: joi.number().integer().min(1).max(99).default(1),
        price: moneySchema(unit).required(),
      }),
    )
    .min(1)
    .max(100)
    .required();

export interface ListOrdersQuery extends PageQuery {
  readonly user_id?: string;
  readonly status?: Status;
  readonly created_from?: string;
  readonly created_to?: string;
}

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const time = () =>
  joi
    .string()
    .custom((value: string, helpers) =>
      rfc3339.test(value) && !Number.isNaN(Date.parse(value)) ? value : helpers.error("time.form"),
    )
    .messages({ "time.form": "{{#label}} must be a time of RFC 3339, such as 2026-08-01T12:00:00Z" });

export const listOrdersQuery = joi.object<ListOrdersQuery>({
  ...pageQuery,
  user_id: userId(),
  status: joi.string().valid(...statuses),
  created_from: time(),
  created_to: time(),
});

export interface PayableBody {
  readonly payment_id: string;
  readonly amount: MinorUnits;
}
const payableFields = (unit: Currency) => ({ payment_id: uuid().required(), amount: moneySchema(unit).required() });
export const payableBody = (unit: Currency) => joi.object<PayableBody>(payableFields(unit)).required();

export interface PayablesBody {
  readonly payables: readonly (PayableBody & { readonly order_id: string })[];
}
export const payablesBody = (unit: Currency) =>
  joi
    .object<PayablesBody>({
      payables: joi
        .array()
        .items(joi.object({ order_id: uuid().required(), ...payableFields(unit) }))
        .min(1)
        .max(64)
        .required(),
    })
    .required();

/** A payment as the payment service tells it, in a webhook or when asked. */
export const paymentFields = (unit: Currency) => ({
  id: uuid().required(),
  order_id: uuid().required(),
  amount: moneySchema(unit).required(),
  currency: joi.string().length(3).required(),
  status: joi
    .string()
    .pattern(/^[A-Z_]{1,32}$/, "a state in capitals")
    .required(),
  refunded: moneySchema(unit, 0).required(),
  version: joi.number().integer().min(1).required(),
});

/** Fields that we do not know are let through: the sender may be newer than we are. */
export const paymentBody = (unit: Currency) =>
  joi
    .object<PaymentEvent>({
      type: joi.string().valid("payment.succeeded", "payment.failed", "payment.refunded").required(),
      timestamp: instant().required(),
      data: joi.object(paymentFields(unit)).unknown(true).required(),
    })
    .unknown(true)
    .required();

/** The headers of Standard Webhooks, which are checked as a whole. */
export const webhookHeaders = joi.object({
  "webhook-id": joi.string().required(),
  "webhook-timestamp": joi.string().required(),
  "webhook-signature": joi.string().required(),
});

const headerText = (max: number) =>
  joi
    .string()
    .max(max)
    .pattern(/^[\x20-\x7e]+$/, "visible ASCII")
    .required();

/** A webhook inside of a request: what would be its headers, and the bytes of its body as text. */
export type EnclosedWebhook = WebhookHeaders & { readonly body: string };

/** Bounds that no webhook of ours comes near. */
export const webhooksBody = joi
  .object<{ readonly webhooks: readonly EnclosedWebhook[] }>({
    webhooks: joi
      .array()
      .items(
        joi.object({
          "webhook-id": headerText(255),
          "webhook-timestamp": headerText(20),
          "webhook-signature": headerText(2048),
          body: text(16_384).required(),
        }),
      )
      .min(1)
      .max(64)
      .required(),
  })
  .required();

export const userPath = joi.object<OrderDetails>({ user_id: userId().required() });
export const erasedSchema = joi.object({ orders: joi.number().integer().min(0).required() });

const item = {
  product_id: joi.number().integer().required(),
  sku: joi.string().allow(null).required(),
  name: joi.string().allow(null).required(),
  quantity: joi.number().integer().min(1).max(99).required(),
  price: moneyAnswer().required(),
};
const status = joi.string().valid(...statuses);
const verification = joi.string().valid(...verifications);
const hold = joi.string().valid(...holds);

export const orderSchema = joi.object({
  id: uuid().required(),
  user_id: userId().required(),
  status: status.required(),
  verification: verification.required(),
  hold: hold.required(),
  currency: joi.string().length(3).required(),
  items: joi
    .array()
    .items(joi.object({ ...item, subtotal: moneyAnswer().required() }))
    .min(1)
    .required(),
  total: moneyAnswer().required(),
  refunded: moneyAnswer().required(),
  payment_id: uuid().allow(null).required(),
  reason: joi.string().allow(null).required(),
  created_at: instant().required(),
  updated_at: instant().required(),
  expires_at: instant().required(),
});

export const payableSchema = joi.object({
  order_id: uuid().required(),
  status: joi.string().valid("PENDING").required(),
  total: moneyAnswer().required(),
  currency: joi.string().length(3).required(),
  expires_at: instant().required(),
});

/** One result an entry of a batch: what it would have been answered alone. */
const resultsSchema = (key: string, success: string, answer: joi.Schema) =>
  joi.object({
    results: joi
      .array()
      .items(
        joi
          .object({
            [key]: joi.string().required(),
            status: joi.number().integer().required(),
            [success]: answer,
            problem: joi.object({ code: joi.string().required(), detail: joi.string().required() }).unknown(true),
          })
          .xor(success, "problem"),
      )
      .required(),
  });

export const payablesSchema = resultsSchema("order_id", "payable", payableSchema);
export const webhooksSchema = resultsSchema(
  "webhook-id",
  "order",
  joi.object({ id: uuid().required(), status: status.required(), payment_id: uuid().allow(null).required() }),
);

export const eventsSchema = joi.array().items(
  joi.object({
    seq: joi.number().integer().min(1).required(),
    type: joi
      .string()
      .valid(
        ...["placed", "verified", "hold_extended", "hold_confirmed", "hold_released", "hold_returned", "paid"],
        ...["refunded", "payment_failed", "payment_mismatch", "payment_after_close", "stock_gone"],
        ...["cancelled", "expired", "fulfilled"],
      )
      .required(),
    // Which of these fields an event has goes by its type.
    data: joi
      .object({
        user_id: userId(),
        currency: joi.string().length(3),
        items: joi.array().items(joi.object(item)),
        verification,
        hold,
        expires_at: instant(),
        payment_id: uuid(),
        version: joi.number().integer(),
        status: joi.string(),
        amount: moneyAnswer(),
        refunded: moneyAnswer(),
        reason: joi.string(),
      })
      .required(),
    at: instant().required(),
  }),
);
