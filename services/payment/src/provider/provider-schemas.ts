import { instant, type MinorUnits, uuid } from "@shop/platform";
import joi from "joi";
import type { ListedCharge, ProviderResult } from "./provider.ts";

/** Amounts are integers of minor units on this wire, as payment providers have them. */
const amount = () => joi.number().integer().min(1).max(Number.MAX_SAFE_INTEGER).required();

const what = { amount: amount(), currency: joi.string().length(3).required(), order_id: uuid().required() };

export interface ChargeWhat {
  readonly amount: MinorUnits;
  readonly currency: string;
  readonly order_id: string;
}
export const cancelBody = joi.object<ChargeWhat>(what).required();
export const chargeBody = joi
  .object<ChargeWhat & { readonly id: string }>({ id: uuid().required(), ...what })
  .required();

export const refundBody = joi
  .object<{ readonly id: string; readonly payment_id: string; readonly amount: MinorUnits }>({
    id: uuid().required(),
    payment_id: uuid().required(),
    amount: amount(),
  })
  .required();

export interface ListQuery {
  readonly since: number;
  readonly after?: string;
  readonly limit?: number;
}
export const listQuery = joi.object<ListQuery>({
  since: joi.number().integer().min(0).required(),
  after: uuid(),
  limit: joi.number().integer().min(1).max(1000),
});

/** `ProviderResult` on the wire: the same, so that both sides read it as it is. */
const text = joi.string().required();
export const resultSchema = joi.alternatives<ProviderResult>(
  joi.object({ outcome: text.valid("succeeded"), reference: text }),
  joi.object({ outcome: text.valid("declined"), code: text, detail: text }),
);

/** `ListedCharge` on the wire, with its time in RFC 3339. */
export interface WireCharge extends Omit<ListedCharge, "created_at"> {
  readonly created_at: string;
}
export const chargesSchema = joi.array().items(
  joi.object({
    ...what,
    id: uuid().required(),
    order_id: uuid().allow(null).required(),
    result: resultSchema.required(),
    refunded: joi.number().integer().min(0).required(),
    created_at: instant().required(),
  }),
);
