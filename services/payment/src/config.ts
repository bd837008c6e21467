import { currencyCode } from "@shop/platform";
import joi from "joi";

export interface PaymentConfig {
  readonly SHOP_CURRENCY: string;
  readonly ORDER_URL: string;
  /** An amount as on the wire: the simulated provider declines what is above it. */
  readonly PAYMENT_DECLINE_ABOVE?: number;
}

export const paymentConfig = joi.object<PaymentConfig>({
  SHOP_CURRENCY: currencyCode(),
  ORDER_URL: joi
    .string()
    .uri({ scheme: ["http", "https"] })
    .default("http://localhost:8003"),
  PAYMENT_DECLINE_ABOVE: joi.number().min(0),
});
