import type { RequestContext, Sweep, SweepResult } from "@shop/platform";
import type { Charging } from "./charging.ts";
import type { News } from "./news.ts";
import type { PaymentStore } from "./payment-store.ts";
import type { RefundPayment } from "./refund-payment.ts";
import type { RefundStore } from "./refund-store.ts";

/** Of what is left undone, in one run; and how many of them at once, so that those who ask together share their calls. */
const atMost = 500;
const together = 64;

/**
 * Ends charges and refunds whose outcome nobody wrote down: the process died between two units, or the provider did not
 * answer in time. What a request of this process may still be working on is left alone; what an earlier process left is
 * taken up at once. `startedAt`: when this process opened its store, in milliseconds since the epoch.
 */
export function createRecovery(deps: {
  payments: PaymentStore;
  refunds: RefundStore;
  charging: Charging;
  refunding: RefundPayment;
  news: News;
  startedAt: number;
  timeoutMs: number;
}): Sweep[] {
  const { payments, refunds, charging, refunding, news, startedAt, timeoutMs } = deps;
  const abandonedBefore = () => Math.max(startedAt, Date.now() - timeoutMs);

  /** Each run goes on where the last one ended, so that some that cannot be ended do not stand before all others. */
  function sweep<Item extends { readonly id: string }>(
    name: string,
    left: (after: string) => Promise<readonly Item[]>,
    end: (item: Item, context: RequestContext) => Promise<boolean>,
  ): Sweep {
    let after = "";
    return {
      name,
      async run(context): Promise<SweepResult> {
        const items = await left(after);
        after = (items.length === atMost && items.at(-1)?.id) || "";
        let mended = 0;
        for (let start = 0; start < items.length && performance.now() < context.deadline; start += together) {
          const group = items.slice(start, start + together);
          const own = () => ({ ...context, deadline: performance.now() + timeoutMs });
          const ended = await Promise.all(group.map((item) => end(item, own())));
          mended += ended.filter(Boolean).length;
        }
        return { found: items.length, mended };
      },
    };
  }

  return [
    sweep(
      "charges",
      (after) => payments.unresolved({ chargingBefore: abandonedBefore(), after, limit: atMost }),
      async (payment, context) => {
        const resolved = await charging.resolve(payment, context);
        news.later(resolved);
        return resolved !== undefined && ended.has(resolved.payment.status);
      },
    ),
    sweep(
      "refunds",
      (after) => refunds.unresolved({ madeBefore: abandonedBefore(), after, limit: atMost }),
      async (refund, context) => (await refunding.resolve(refund, context)) !== undefined,
    ),
  ];
}

const ended: ReadonlySet<string> = new Set(["SUCCEEDED", "FAILED"]);
