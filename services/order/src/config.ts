import { currencyCode, type WebhookSecretConfig, webhookSecretConfig } from "@shop/platform";
import joi from "joi";

export interface OrderConfig extends WebhookSecretConfig {
  readonly SHOP_CURRENCY: string;
  readonly CATALOG_URL: string;
  readonly PAYMENT_URL: string;
  /** How long an order may stay unpaid. */
  readonly ORDER_EXPIRY_S: number;
}

/** The catalog holds stock for 7,200 s at most, and its holds outlive our orders by 900 s. */
const longestExpiryS = 6300;

const peerUrl = (inDevelopment: string) =>
  joi
    .string()
    .uri({ scheme: ["http", "https"] })
    .default(inDevelopment);

export const orderConfig = joi.object<OrderConfig>({
  ...webhookSecretConfig,
  SHOP_CURRENCY: currencyCode(),
  CATALOG_URL: peerUrl("http://localhost:8002"),
  PAYMENT_URL: peerUrl("http://localhost:8004"),
  ORDER_EXPIRY_S: joi.number().integer().min(1).max(longestExpiryS).default(1800),
});
