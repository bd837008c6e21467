import {
  type Currency,
  instant,
  type MinorUnits,
  moneyAnswer,
  moneySchema,
  type PageQuery,
  pageQuery,
  text,
} from "@shop/platform";
import joi from "joi";
import { available, type Product, type ProductEdit, type StoredMovement } from "./product.ts";
import { type ProductFilter, productSorts } from "./product-listing.ts";

export type ProductsQuery = Omit<ProductFilter, "after"> & PageQuery;

/** `1,2,3` as numbers, each once and in order. Ids that no product has are no error: they find nothing. */
const idList = joi
  .string()
  .pattern(/^\d{1,16}(,\d{1,16}){0,99}$/, "at most 100 product ids with commas between")
  .custom((value: string) =>
    [...new Set(value.split(",").map(Number).filter(Number.isSafeInteger))].sort((a, b) => a - b),
  );

export const productsQuery = (unit: Currency) =>
  joi.object<ProductsQuery>({
    q: text(100),
    ids: idList,
    active: joi.boolean(),
    in_stock: joi.boolean(),
    min_price: moneySchema(unit, 0),
    max_price: moneySchema(unit, 0),
    sort: joi
      .string()
      .valid(...productSorts)
      .default("id"),
    ...pageQuery,
  });

const sku = joi
  .string()
  .pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "1 to 64 letters, digits, dots, dashes, underscores");
const notBlank = (max: number) => text(max).pattern(/\S/, "text that is not blank");
const description = text(5000).allow("");

export interface NewProductBody {
  readonly sku?: string;
  readonly name: string;
  readonly description: string;
  readonly price: MinorUnits;
  readonly stock: number;
  readonly active: boolean;
}

export const newProductBody = (unit: Currency) =>
  joi
    .object<NewProductBody>({
      sku,
      name: notBlank(200).required(),
      description: description.default(""),
      price: moneySchema(unit).required(),
      stock: joi.number().integer().min(0).max(1_000_000_000).default(0),
      active: joi.boolean().default(true),
    })
    .required();

export const productEditBody = (unit: Currency) =>
  joi
    .object<ProductEdit>({
      sku,
      name: notBlank(200),
      description,
      price: moneySchema(unit),
      active: joi.boolean(),
    })
    .min(1)
    .required();

export interface StockAdjustment {
  readonly delta: number;
  readonly reason: string;
}

export const stockAdjustmentBody = joi
  .object<StockAdjustment>({
    delta: joi.number().integer().min(-1_000_000_000).max(1_000_000_000).invalid(0).required(),
    reason: notBlank(200).required(),
  })
  .required();

export const movementsQuery = joi.object<PageQuery>(pageQuery);

export const ifMatchHeader = joi.object({ "If-Match": joi.string() });
export const ifNoneMatchHeader = joi.object({ "If-None-Match": joi.string() });

const count = joi.number().integer().min(0).required();

export const productSchema = joi.object({
  id: joi.number().integer().min(1).required(),
  sku: joi.string().required(),
  name: joi.string().required(),
  description: joi.string().allow("").required(),
  price: moneyAnswer().required(),
  currency: joi.string().length(3).required(),
  stock: count,
  reserved: count,
  available: count,
  active: joi.boolean().required(),
  version: joi.number().integer().min(1).required(),
  created_at: instant().required(),
  updated_at: instant().required(),
});

export const presentProduct = (unit: Currency) => (product: Product) => ({
  id: product.id,
  sku: product.sku,
  name: product.name,
  description: product.description,
  price: unit.toWire(product.price),
  currency: unit.code,
  stock: product.stock,
  reserved: product.reserved,
  available: available(product),
  active: product.active,
  version: product.version,
  created_at: new Date(product.createdAt).toISOString(),
  updated_at: new Date(product.updatedAt).toISOString(),
});

export const movementSchema = joi.object({
  id: joi.number().integer().min(1).required(),
  product_id: joi.number().integer().min(1).required(),
  delta: joi.number().integer().invalid(0).required(),
  reason: joi.string().required(),
  order_id: joi.string().allow(null).required(),
  created_at: instant().required(),
});

export const presentMovement = (movement: StoredMovement) => ({
  id: movement.id,
  product_id: movement.productId,
  delta: movement.delta,
  reason: movement.reason,
  order_id: movement.orderId,
  created_at: new Date(movement.createdAt).toISOString(),
});
