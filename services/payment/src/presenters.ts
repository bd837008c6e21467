import { type Currency, instant, moneyAnswer, uuid } from "@shop/platform";
import joi from "joi";
import { type Payment, paymentStatuses } from "./payment.ts";
import { type Refund, refundStatuses } from "./refund.ts";

const timestamp = (at: number): string => new Date(at).toISOString();

/** A payment as clients and the order service see it: amounts as decimals, times as RFC 3339. */
export const presentPayment = (payment: Payment, unit: Currency) => ({
  id: payment.id,
  order_id: payment.order_id,
  amount: unit.toWire(payment.amount),
  currency: payment.currency,
  status: payment.status,
  refunded: unit.toWire(payment.refunded),
  provider_reference: payment.provider_reference,
  failure: payment.failure,
  version: payment.version,
  created_at: timestamp(payment.created_at),
  updated_at: timestamp(payment.updated_at),
});

export const paymentSchema = joi.object({
  id: uuid().required(),
  order_id: uuid().required(),
  amount: moneyAnswer().required(),
  currency: joi.string().length(3).required(),
  status: joi
    .string()
    .valid(...paymentStatuses)
    .required(),
  refunded: moneyAnswer().required(),
  provider_reference: joi.string().allow(null).required(),
  failure: joi.object({ code: joi.string().required(), detail: joi.string().required() }).allow(null).required(),
  version: joi.number().integer().min(1).required(),
  created_at: instant().required(),
  updated_at: instant().required(),
});

export const presentRefund = (refund: Refund, unit: Currency) => ({
  id: refund.id,
  payment_id: refund.payment_id,
  amount: unit.toWire(refund.amount),
  status: refund.status,
  reason: refund.reason,
  created_at: timestamp(refund.created_at),
  updated_at: timestamp(refund.updated_at),
});

export const refundSchema = joi.object({
  id: uuid().required(),
  payment_id: uuid().required(),
  amount: moneyAnswer().required(),
  status: joi
    .string()
    .valid(...refundStatuses)
    .required(),
  reason: joi.string().allow(null).required(),
  created_at: instant().required(),
  updated_at: instant().required(),
});
