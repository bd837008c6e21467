import { instant, moneyAnswer, numericPathId, uuid } from "@shop/platform";
import joi from "joi";
import { maxLines, maxQuantity } from "./cart.ts";

const userId = () =>
  joi
    .string()
    .pattern(
      /^[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}$/,
      "1 to 64 letters, digits and . _ @ -, beginning with a letter, a digit or _",
    );
const quantity = () => joi.number().integer().min(1).max(maxQuantity);
const productId = () => joi.number().integer().min(1).max(Number.MAX_SAFE_INTEGER);

export interface CartPath {
  readonly user_id: string;
}
export const cartPath = joi.object<CartPath>({ user_id: userId().required() });

export interface LinePath extends CartPath {
  readonly product_id: number;
}
export const linePath = joi.object<LinePath>({ user_id: userId().required(), product_id: numericPathId("product") });

export interface AddQuery {
  readonly product_id: number;
  readonly quantity: number;
}
export const addQuery = joi.object<AddQuery>({ product_id: productId().required(), quantity: quantity().default(1) });

export interface QuantityBody {
  readonly quantity: number;
}
export const quantityBody = joi.object<QuantityBody>({ quantity: quantity().required() }).required();

export interface MergeBody {
  readonly into: string;
}
export const mergeBody = joi.object<MergeBody>({ into: userId().required() }).required();

const lineSchema = joi.object({
  product_id: productId().required(),
  sku: joi.string().allow("", null).required(),
  name: joi.string().allow("", null).required(),
  price: moneyAnswer().allow(null).required(),
  currency: joi.string().length(3).required(),
  quantity: quantity().required(),
  subtotal: moneyAnswer().allow(null).required(),
  verified: joi.boolean().required(),
  checked_at: instant().allow(null).required(),
  issues: joi
    .array()
    .items(joi.string().valid("price_changed", "insufficient_stock", "unavailable"))
    .required(),
});

export const cartSchema = joi.object({
  user_id: userId().required(),
  items: joi.array().items(lineSchema).max(maxLines).required(),
  total: moneyAnswer().required(),
  currency: joi.string().length(3).required(),
  verified: joi.boolean().required(),
  version: joi.number().integer().min(0).required(),
  updated_at: instant().allow(null).required(),
});

/** How many carts were erased. */
export const erasedSchema = joi.object({ carts: joi.number().integer().min(0).max(1).required() });

/** The order service's answer, passed on as it came: a newer one may have more fields. */
export const orderSchema = joi
  .object({
    id: uuid().required(),
    user_id: userId().required(),
    status: joi.string().required(),
    verification: joi.string().required(),
    hold: joi.string().required(),
    currency: joi.string().length(3).required(),
    items: joi.array().items(joi.object().unknown(true)).required(),
    total: moneyAnswer().required(),
    refunded: moneyAnswer().required(),
    payment_id: joi.string().allow(null).required(),
    reason: joi.string().allow(null).required(),
    created_at: instant().required(),
    updated_at: instant().required(),
    expires_at: instant().allow(null).required(),
  })
  .unknown(true);
