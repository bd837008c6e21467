import { Gauge, type Metrics } from "@shop/platform";
import { paymentStatuses } from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";

/** `payments{status}`, counted when Prometheus asks. */
export function measurePayments(metrics: Metrics, store: PaymentStore): void {
  new Gauge({
    name: "payments",
    help: "Payments by status",
    labelNames: ["status"] as const,
    registers: [metrics.registry],
    async collect() {
      const counts = await store.countByStatus();
      for (const status of paymentStatuses) this.labels(status).set(counts[status] ?? 0);
    },
  });
}
