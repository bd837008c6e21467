import { currencyCode } from "@shop/platform";
import joi from "joi";

export interface CartConfig {
  readonly SHOP_CURRENCY: string;
  readonly CATALOG_URL: string;
  readonly ORDER_URL: string;
}

const peerUrl = (port: number) =>
  joi
    .string()
    .uri({ scheme: ["http", "https"] })
    .default(`http://localhost:${port}`);

export const cartConfig = joi.object<CartConfig>({
  SHOP_CURRENCY: currencyCode(),
  CATALOG_URL: peerUrl(8002),
  ORDER_URL: peerUrl(8003),
});
