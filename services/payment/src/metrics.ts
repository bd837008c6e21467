import { createCountGauge, type Metrics } from "@shop/platform";
import { type PaymentStatus, paymentStatuses } from "./payment.ts";
import type { PaymentStore } from "./payment-store.ts";

/** `payments{status}`, and the same counts for `/stats`: no older than ten seconds. */
export const measurePayments = (
  metrics: Metrics,
  store: Pick<PaymentStore, "countByStatus">,
): (() => Promise<Partial<Record<PaymentStatus, number>>>) =>
  createCountGauge({
    metrics,
    name: "payments",
    help: "Payments by status",
    label: "status",
    kinds: paymentStatuses,
    count: store.countByStatus,
  });
