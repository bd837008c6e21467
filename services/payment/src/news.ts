import type { Outbox, RequestContext } from "@shop/platform";
import type { Told } from "./messages.ts";

export type News = ReturnType<typeof createNews>;

/** The first try of what a change wrote into the outbox, after its commit. The outbox goes on where it does not succeed. */
export function createNews(outbox: Pick<Outbox, "dispatch">) {
  return {
    /** Within the request's deadline. Whether the order is PAID by the payment. */
    async now({ row }: Told, context: RequestContext): Promise<boolean> {
      if (!row) return false;
      const [delivery] = await outbox.dispatch([row], context);
      return typeof delivery === "object" && delivery.delivered && delivery.result === true;
    },
    /** After the answer has gone out. */
    later(told: Told | undefined): void {
      if (told?.row) void outbox.dispatch([told.row]);
    },
  };
}
