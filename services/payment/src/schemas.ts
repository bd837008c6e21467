import {
  type Currency,
  type MinorUnits,
  moneySchema,
  notFound,
  type OutboxState,
  type PageQuery,
  pageQuery,
  text,
  uuid,
} from "@shop/platform";
import joi from "joi";
import { type PaymentStatus, paymentStatuses } from "./payment.ts";

export interface PayQuery {
  readonly order_id: string;
  readonly amount: MinorUnits;
}

/** An order id that cannot exist is 404, like one that does not; one that is missing is 422. */
export const payQuery = (unit: Currency) =>
  joi.object<PayQuery>({
    order_id: uuid()
      .required()
      .error((errors) => (errors.some(({ code }) => code === "any.required") ? errors : notFound("order"))),
    amount: moneySchema(unit).required(),
  });

export interface ListQuery extends PageQuery {
  readonly order_id?: string;
  readonly status?: PaymentStatus;
}

export const listQuery = joi.object<ListQuery>({
  order_id: uuid(),
  status: joi.string().valid(...paymentStatuses),
  ...pageQuery,
});

export interface WebhooksQuery extends PageQuery {
  readonly status?: OutboxState;
}

export const webhooksQuery = joi.object<WebhooksQuery>({
  status: joi.string().valid("WAITING", "DELIVERED", "DEAD"),
  ...pageQuery,
});

export const refundsQuery = joi.object<PageQuery>(pageQuery);

export interface RefundBody {
  readonly amount?: MinorUnits;
  readonly reason?: string;
}

export const refundBody = (unit: Currency) =>
  joi.object<RefundBody>({ amount: moneySchema(unit), reason: text(500) }).required();
