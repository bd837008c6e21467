import {
  createCountGauge,
  createOutbox,
  createWebhookSecrets,
  currency,
  type OutboxRow,
  outboxRoutes,
  type ServiceDefinition,
} from "@shop/platform";
import { createCatalogClient } from "./catalog-client.ts";
import { type ChangeOrder, createChangeOrder } from "./change-order.ts";
import { createCloseOrder } from "./close-order.ts";
import { type OrderConfig, orderConfig } from "./config.ts";
import { createConfirmHold } from "./confirm-hold.ts";
import { createDestinations } from "./effects.ts";
import { createEraseUser } from "./erase-user.ts";
import { migrations } from "./migrations.ts";
import { statuses } from "./order.ts";
import { createOrderStore } from "./order-store.ts";
import { createPayOrder } from "./pay-order.ts";
import { createPaymentClient } from "./payment-client.ts";
import { createPlaceOrder } from "./place-order.ts";
import { createReplies, createRoutes } from "./router.ts";
import { createSecureOrder } from "./secure-order.ts";
import { createSweeps } from "./sweeps/sweeps.ts";

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
    const timeoutMs = config.REQUEST_TIMEOUT_MS;
    const reply = createReplies(unit);
    const secrets = createWebhookSecrets(config, log);
    const store = createOrderStore(database);
    const peers = {
      catalog: peer("catalog", config.CATALOG_URL),
      payment: peer("payment", config.PAYMENT_URL),
    };
    const catalog = createCatalogClient(peers.catalog, unit);
    const payments = createPaymentClient(peers.payment, unit);

    // Changes have effects, and what comes of an effect is a change.
    const learn: ChangeOrder = (...asked) => change(...asked);
    const confirmHold = createConfirmHold({ store, catalog });
    const destinations = createDestinations({ catalog, confirmHold, payments, change: learn, timeoutMs });
    const outbox = createOutbox({ database, log, metrics, destinations });
    const dispatch = (rows: readonly OutboxRow[]) => {
      if (rows.length > 0) background.start("tell others of orders", () => outbox.dispatch(rows));
    };
    for (const destination of ["catalog", "payment"] as const)
      peers[destination].onRecovered(() => outbox.wake(destination));
    const change = createChangeOrder({ store, outbox, dispatch });

    const secure = createSecureOrder({ change, catalog });
    const expiryMs = config.ORDER_EXPIRY_S * 1000;
    const placeOrder = createPlaceOrder({ store, catalog, background, metrics, unit, expiryMs, reply: reply.placed });
    const payOrder = createPayOrder({ store, change, secure, unit });
    const closeOrder = createCloseOrder(change, reply.closed);
    const eraseUser = createEraseUser(store);

    const counts = createCountGauge({
      metrics,
      name: "orders",
      help: "Orders in each status",
      label: "status",
      kinds: statuses,
      count: store.counts,
    });

    return {
      routes: [
        ...createRoutes(unit, { store, placeOrder, payOrder, closeOrder, eraseUser, secrets }),
        ...outboxRoutes(outbox),
      ],
      outbox,
      sweeps: createSweeps({
        ...{ store, outbox, dispatch, catalog, payments, change, secure, confirmHold, unit, timeoutMs },
        sweepDelayS: config.SWEEP_DELAY_S,
        everyS: config.RECONCILE_EVERY_S,
      }),
      stats: async () => ({ orders: await counts() }),
      stop: () => secrets.stop(),
    };
  },
};
