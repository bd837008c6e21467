import { currency, Gauge, type ServiceDefinition } from "@shop/platform";
import { createCatalogClient } from "./catalog-client.ts";
import { type ChangeOrder, createChangeOrder } from "./change-order.ts";
import { createCloseOrder } from "./close-order.ts";
import { type OrderConfig, orderConfig } from "./config.ts";
import { createEffects } from "./effects.ts";
import { migrations } from "./migrations.ts";
import { statuses } from "./order.ts";
import { createOrderStore } from "./order-store.ts";
import { createPayOrder } from "./pay-order.ts";
import { createPlaceOrder } from "./place-order.ts";
import { createRoutes } from "./router.ts";

/** Orders, their states and their history. */
export const orderService: ServiceDefinition<OrderConfig> = {
  name: "order",
  port: 8003,
  databaseName: "orders",
  config: orderConfig,
  callers: { cart: ["orders:write"], payment: ["orders:pay", "webhooks:deliver"] },
  migrations,
  wire({ config, log, metrics, database, background, peer }) {
    const unit = currency(config.SHOP_CURRENCY);
    const store = createOrderStore(database);
    const catalog = createCatalogClient(peer("catalog", config.CATALOG_URL), unit);

    // Changes have effects, and what comes of an effect is a change.
    const change: ChangeOrder = createChangeOrder({ store, send: (commands) => effects.send(commands) });
    const effects = createEffects({ catalog, change, background, log, timeoutMs: config.REQUEST_TIMEOUT_MS });

    const expiryMs = config.ORDER_EXPIRY_S * 1000;
    const placeOrder = createPlaceOrder({ store, catalog, effects, failOpen: metrics.failOpen, unit, expiryMs });
    const payOrder = createPayOrder({ store, change, catalog, unit });
    const closeOrder = createCloseOrder(change);

    new Gauge({
      name: "orders",
      help: "Orders in each status",
      labelNames: ["status"],
      registers: [metrics.registry],
      async collect() {
        const counts = await store.counts();
        for (const status of statuses) this.labels(status).set(counts[status] ?? 0);
      },
    });

    return {
      routes: createRoutes(unit, { store, placeOrder, payOrder, closeOrder }),
      stats: async () => ({ orders: await store.counts() }),
    };
  },
};
