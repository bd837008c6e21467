import { PeerUnavailable, Problem, type RequestContext, remaining, type Sweep } from "@shop/platform";
import { isRefusal } from "../catalog-client.ts";
import type { ConfirmHold } from "../confirm-hold.ts";
import type { Order } from "../order.ts";
import type { OrderStore } from "../order-store.ts";
import { within } from "./within.ts";

/** A hold that was confirmed stays so; this is for a catalog that was restored from a copy older than the orders. */
const everyS = 3600;
const ordersAtMost = 500;
const notesAtMost = 100;
/** As many as share one call to the catalog. */
const atOnce = 64;

/**
 * Confirms the holds of the newest paid and fulfilled orders again, which changes nothing where the catalog knows of
 * them. Where it has forgotten one, the stock is taken anew. Reported only: what it refuses, for that order may be on
 * its way to the customer, and its money is not given back without a person.
 */
export function createCompareHolds(deps: {
  store: OrderStore;
  confirmHold: ConfirmHold;
  timeoutMs: number;
  startAfterS: number;
}): Sweep {
  const { store, confirmHold, timeoutMs, startAfterS } = deps;

  return {
    name: "compare-holds",
    everyS,
    startAfterS,
    async run(context) {
      const ids = await confirmedOrders();
      const refusals = new Map<string, Problem>();
      let unanswered = ids.length;
      let mended = 0;
      for (let start = 0; start < ids.length && remaining(context) > 0; start += atOnce) {
        const answers = await confirmAll(within(context, timeoutMs), ids.slice(start, start + atOnce));
        for (const [id, answer] of answers) {
          if (answer === "anew") mended += 1;
          else if (answer !== "as-held") refusals.set(id, answer);
        }
        unanswered -= answers.size;
        // The catalog is away.
        if (answers.size === 0) break;
      }
      const refused = await stillConfirmed([...refusals.keys()]);
      const notes = refused.slice(0, notesAtMost).map((id) => noteOf(id, refusals.get(id)));
      if (unanswered > 0) notes.push(`${unanswered} of ${ids.length} orders could not be compared with the catalog`);
      return { found: mended + refused.length, mended, ...(notes.length > 0 ? { notes } : {}) };
    },
  };

  async function confirmedOrders(): Promise<string[]> {
    const paid = await store.list({ status: "PAID" }, ordersAtMost);
    const fulfilled = await store.list({ status: "FULFILLED" }, ordersAtMost);
    return [...paid, ...fulfilled].filter(isConfirmed).map(({ id }) => id);
  }

  /** What the catalog says of each of them, be it a refusal; nothing of those that got no answer. */
  async function confirmAll(context: RequestContext, ids: readonly string[]) {
    const answers = new Map<string, "as-held" | "anew" | Problem>();
    const ask = async (id: string) => {
      try {
        answers.set(id, await confirmHold(context, id));
      } catch (error) {
        if (isRefusal(error)) answers.set(id, error);
        else if (!(error instanceof PeerUnavailable || error instanceof Problem)) throw error;
      }
    };
    await Promise.all(ids.map(ask));
    return answers;
  }

  /** An order that was refunded while it was compared is refused rightly: its stock was returned. */
  async function stillConfirmed(ids: readonly string[]): Promise<string[]> {
    const orders = ids.length > 0 ? await store.readMany(ids) : new Map<string, Order>();
    return ids.filter((id) => {
      const order = orders.get(id);
      return order !== undefined && isConfirmed(order);
    });
  }
}

const isConfirmed = ({ status, hold }: Order): boolean =>
  (status === "PAID" || status === "FULFILLED") && hold === "confirmed";

const noteOf = (id: string, refusal: Problem | undefined): string =>
  `the catalog does not take the stock of paid order ${id} again: ${refusal?.code}: ${refusal?.message}`;
