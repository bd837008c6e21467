import { currency, type ServiceDefinition } from "@shop/platform";
import { type PaymentConfig, paymentConfig } from "./config.ts";
import { createEffects } from "./effects.ts";
import { measurePayments } from "./metrics.ts";
import { migrations } from "./migrations.ts";
import { createOrderClient } from "./order-client.ts";
import { createPay } from "./pay.ts";
import { createPaymentStore } from "./payment-store.ts";
import { createLedger } from "./provider/ledger.ts";
import { openLedger } from "./provider/open-ledger.ts";
import { bounded } from "./provider/provider.ts";
import { createSimulator, type Simulate } from "./provider/simulator.ts";
import { createRefundPayment } from "./refund-payment.ts";
import { createRefundStore } from "./refund-store.ts";
import { paymentRoutes } from "./router.ts";

/** The payment service. A test says by `simulate` how its provider behaves. */
export function definePaymentService(simulate?: Simulate): ServiceDefinition<PaymentConfig> {
  return {
    name: "payment",
    port: 8004,
    databaseName: "payments",
    config: paymentConfig,
    callers: { order: ["payments:read", "payments:refund"] },
    migrations,
    async wire({ config, log, metrics, database, background, peer }) {
      const unit = currency(config.SHOP_CURRENCY);
      const ledger = await openLedger({ folder: config.DATA_DIR, queueLimit: config.WRITE_QUEUE_LIMIT, log });
      const limit = config.PAYMENT_DECLINE_ABOVE ?? Number.POSITIVE_INFINITY;
      const simulator = createSimulator({
        ledger: createLedger(ledger),
        declines: ({ amount }) => unit.toWire(amount) > limit,
        ...(simulate ? { simulate } : {}),
      });

      const provider = bounded(simulator);
      const orders = createOrderClient(peer("order", config.ORDER_URL), unit);
      const effects = createEffects({ orders, background, log, metrics, timeoutMs: config.REQUEST_TIMEOUT_MS });
      const payments = createPaymentStore(database);
      const refunds = createRefundStore(database);
      measurePayments(metrics, payments);

      return {
        routes: paymentRoutes({
          payments,
          refunds,
          pay: createPay({ store: payments, orders, provider, effects, metrics, currency: unit.code }),
          refundPayment: createRefundPayment({ store: refunds, provider, effects, unit }),
          unit,
        }),
        stats: async () => ({ payments: await payments.countByStatus() }),
        stop: () => ledger.close(),
      };
    },
  };
}

export const paymentService = definePaymentService();
