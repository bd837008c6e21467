import { currencyCode, type WebhookSecretConfig, webhookSecretConfig } from "@shop/platform";
import joi from "joi";

export interface PaymentConfig extends WebhookSecretConfig {
  readonly SHOP_CURRENCY: string;
  readonly ORDER_URL: string;
  /** The payment provider as a process of its own; unset: the simulated one inside this service. */
  readonly PROVIDER_URL?: string;
  /** How long a payment waits for an order service that cannot be asked, in seconds. */
  readonly PENDING_PAYMENT_TTL_S: number;
  /** An amount as on the wire: the simulated provider declines what is above it. */
  readonly PAYMENT_DECLINE_ABOVE?: number;
}

const url = () => joi.string().uri({ scheme: ["http", "https"] });

export const paymentConfig = joi.object<PaymentConfig>({
  SHOP_CURRENCY: currencyCode(),
  ORDER_URL: url().default("http://localhost:8003"),
  PROVIDER_URL: url(),
  PENDING_PAYMENT_TTL_S: joi.number().min(1).default(86_400),
  PAYMENT_DECLINE_ABOVE: joi.number().min(0),
  ...webhookSecretConfig,
});
