import joi from "joi";

export interface DashboardConfig {
  readonly CATALOG_URL: string;
  readonly CART_URL: string;
  readonly ORDER_URL: string;
  readonly PAYMENT_URL: string;
  /** Requests a second, over ten of them, that one key may send from one address. */
  readonly RATE_LIMIT_PER_S: number;
  /** How many proxies stand in front, each of which adds the address that it is asked from to X-Forwarded-For. */
  readonly TRUSTED_PROXIES: number;
}

const peerUrl = (port: number) => joi.string().uri({ scheme: "http" }).default(`http://localhost:${port}`);

export const dashboardConfig = joi.object<DashboardConfig>({
  CATALOG_URL: peerUrl(8002),
  CART_URL: peerUrl(8001),
  ORDER_URL: peerUrl(8003),
  PAYMENT_URL: peerUrl(8004),
  RATE_LIMIT_PER_S: joi.number().min(1).max(1_000_000).default(100),
  TRUSTED_PROXIES: joi.number().integer().min(0).max(10).default(0),
});
