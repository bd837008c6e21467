import { createOutbox, createWebhookSecrets, currency, outboxRoutes, type ServiceDefinition } from "@shop/platform";
import { createCaptureStore } from "./capture-store.ts";
import { createCharging } from "./charging.ts";
import { type PaymentConfig, paymentConfig } from "./config.ts";
import { asking, createAskOrder, createWebhookDestination } from "./destinations.ts";
import { consents, createTell, webhooks } from "./messages.ts";
import { measurePayments } from "./metrics.ts";
import { migrations } from "./migrations.ts";
import { createNews } from "./news.ts";
import { createOrderClient } from "./order-client.ts";
import { createPay } from "./pay.ts";
import { createPaymentStore } from "./payment-store.ts";
import { openProvider } from "./provider/open-provider.ts";
import type { Simulate } from "./provider/simulator.ts";
import { createReconciliation } from "./reconcile.ts";
import { createRecovery } from "./recovery.ts";
import { createRefundPayment } from "./refund-payment.ts";
import { createRefundStore } from "./refund-store.ts";
import { paymentRoutes } from "./router.ts";
import { webhookRoutes } from "./webhook-routes.ts";

/** The payment service. A test says by `simulate` how the provider inside it behaves. */
export function definePaymentService(simulate?: Simulate): ServiceDefinition<PaymentConfig> {
  return {
    name: "payment",
    port: 8004,
    databaseName: "payments",
    config: paymentConfig,
    callers: { order: ["payments:read", "payments:refund"] },
    migrations,
    async wire({ config, log, metrics, database, peer }) {
      const startedAt = Date.now();
      const { REQUEST_TIMEOUT_MS: timeoutMs, PENDING_PAYMENT_TTL_S: patienceS } = config;
      const unit = currency(config.SHOP_CURRENCY);
      const { provider, close } = await openProvider({ config, log, peer, simulate });
      const secrets = createWebhookSecrets(config, log);
      const orderPeer = peer("order", config.ORDER_URL);
      const orders = createOrderClient(orderPeer, unit);

      const outbox = createOutbox({
        database,
        log,
        metrics,
        destinations: {
          [webhooks]: createWebhookDestination({ orders, secrets, timeoutMs }),
          // Made below: a payment that waits is charged by what writes into the outbox itself.
          [consents]: { ...asking, timeoutMs, deliver: (row, context) => askOrder(row, context) },
        },
      });
      const tell = createTell(outbox, unit);
      const news = createNews(outbox);
      const payments = createPaymentStore(database, tell);
      const refunds = createRefundStore(database, tell);
      const charging = createCharging({ store: payments, orders, provider });
      const refunding = createRefundPayment({ store: refunds, provider, news, unit });
      const askOrder = createAskOrder({ store: payments, charging, news, patienceS });

      orderPeer.onRecovered(() => {
        outbox.wake(webhooks);
        outbox.wake(consents);
      });
      const counts = measurePayments(metrics, payments);

      return {
        routes: [
          ...paymentRoutes({
            payments,
            refunds,
            pay: createPay({ store: payments, charging, news, metrics, currency: unit.code }),
            refundPayment: refunding.refundPayment,
            unit,
          }),
          ...webhookRoutes(outbox),
          ...outboxRoutes(outbox),
        ],
        outbox,
        sweeps: [
          ...createRecovery({ payments, refunds, charging, refunding, news, startedAt, timeoutMs }),
          createReconciliation({ store: createCaptureStore(database, tell), provider, news, timeoutMs }),
        ],
        stats: async () => ({ payments: await counts() }),
        async stop() {
          secrets.stop();
          await close();
        },
      };
    },
  };
}

export const paymentService = definePaymentService();
