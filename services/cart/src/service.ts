import { created, currency, ok, type ServiceDefinition } from "@shop/platform";
import type { Cart } from "./cart.ts";
import { createCarts } from "./carts.ts";
import { createCatalogClient } from "./catalog-client.ts";
import { createCheckouts } from "./checkout.ts";
import { type CartConfig, cartConfig } from "./config.ts";
import { createEditCart } from "./edit-cart.ts";
import { migrations } from "./migrations.ts";
import { createOrderClient } from "./order-client.ts";
import { presentCart } from "./present-cart.ts";
import { createRecheck } from "./recheck.ts";
import { routes } from "./router.ts";
import { settleCheckouts } from "./settle-checkouts.ts";

/** `now` gives milliseconds since the epoch: by it checks grow old. */
export const createCartService = (now: () => number = Date.now): ServiceDefinition<CartConfig> => ({
  name: "cart",
  port: 8001,
  databaseName: "carts",
  config: cartConfig,
  // No other service calls this one.
  callers: {},
  migrations,
  wire({ config, database, metrics, peer }) {
    const unit = currency(config.SHOP_CURRENCY);
    const carts = createCarts({ database, now, queueLimit: config.WRITE_QUEUE_LIMIT });
    const catalog = createCatalogClient({ peer: peer("catalog", config.CATALOG_URL), unit, metrics, now });
    const orders = createOrderClient({ peer: peer("order", config.ORDER_URL), unit });
    const recheck = createRecheck({ carts, catalog, now });
    const checkouts = createCheckouts({ carts, orders, recheck, unit, reply: created });
    const present = (cart: Cart) => presentCart(cart, unit, now());
    return {
      routes: routes({
        carts,
        edit: createEditCart({ carts, catalog, reply: (cart) => ok(present(cart)) }),
        recheck,
        checkouts,
        present,
      }),
      sweeps: [settleCheckouts({ carts, checkouts, timeoutMs: config.REQUEST_TIMEOUT_MS, now })],
    };
  },
});

export const cartService = createCartService();
