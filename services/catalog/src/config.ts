import { currencyCode } from "@shop/platform";
import joi from "joi";

export interface CatalogConfig {
  readonly SHOP_CURRENCY: string;
  readonly SEED_PRODUCTS: boolean;
}

export const catalogConfig = joi.object<CatalogConfig>({
  SHOP_CURRENCY: currencyCode(),
  SEED_PRODUCTS: joi.boolean().default((parent: { NODE_ENV: string }) => parent.NODE_ENV !== "production"),
});
