import type { Sweep } from "@shop/platform";
import type { OrderStore, Unsettled } from "../order-store.ts";
import type { Remind } from "./remind.ts";

const atMost = 500;
/** What changed just now is on its way. */
const graceMs = 30_000;
const beginning: Unsettled = { updated_at: 0, id: "" };

/** Finds orders whose stock is not settled as their state wants it, and of which nobody is to be told any more. */
export function createSettleOrders({ store, remind }: { store: OrderStore; remind: Remind }): Sweep {
  /** Where the next run goes on, so that orders which wait for a person hold up no others. */
  let after = beginning;

  return {
    name: "settle-orders",
    async run({ deadline }) {
      const found = await store.unsettled(after, Date.now() - graceMs, atMost);
      const ids = found.map(({ id }) => id);
      const mended = await remind(ids, { held: false, deadline });
      after = (found.length < atMost ? undefined : found.at(-1)) ?? beginning;
      return { found: ids.length, mended };
    },
  };
}
