import {
  type Background,
  backgroundContext,
  type Logger,
  type Metrics,
  PeerUnavailable,
  type RequestContext,
} from "@shop/platform";
import { failOpen } from "./fail-open.ts";
import type { OrderClient } from "./order-client.ts";
import type { PaymentEvent } from "./payment.ts";

export type Effects = ReturnType<typeof createEffects>;

/** Sends what a change makes others know. The only file that does, and only after the change is committed. */
export function createEffects(deps: {
  orders: OrderClient;
  background: Background;
  log: Logger;
  metrics: Metrics;
  timeoutMs: number;
}) {
  const { orders, background, log, metrics, timeoutMs } = deps;

  async function tell(context: RequestContext, event: PaymentEvent): Promise<boolean> {
    try {
      return await orders.tell(context, event);
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      failOpen(metrics, context, error, "the order has not heard of its payment yet");
      return false;
    }
  }

  return {
    /** Tells the order now, within the caller's deadline. Whether it is PAID by this payment. */
    tell,
    /** Tells after the answer has gone out. */
    tellLater(events: readonly PaymentEvent[]): void {
      for (const event of events) background.start(event.type, () => tell(backgroundContext(log, timeoutMs), event));
    },
  };
}
