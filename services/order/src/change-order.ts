import { createBatcher, notFound, overloaded, type RequestContext, remaining } from "@shop/platform";
import { type Order, transition } from "./order.ts";
import { type Command, commandsOf, type OrderEvent, type RecordedEvent } from "./order-events.ts";
import type { Change, OrderStore } from "./order-store.ts";

type Deadline = Pick<RequestContext, "deadline">;

/** What shall happen to the order as it is now: nothing, or events. May throw a Problem. Pure: it may be asked again. */
export type Decide = (order: Order) => readonly OrderEvent[];

/**
 * The one way by which an order changes. Answers with the order as it then is, after COMMIT.
 * Throws 404, 409 `invalid-transition`, 503, and what `decide` throws.
 */
export type ChangeOrder = (context: Deadline, id: string, decide: Decide) => Promise<Order>;

interface Wanted {
  readonly context: Deadline;
  readonly id: string;
  readonly decide: Decide;
}

const changesAtOnce = 64;

/** Changes that arrive together share a unit of work: one read, one guarded update, one insert of events. */
export function createChangeOrder(deps: {
  store: OrderStore;
  /** Told what the committed changes oblige us to tell others. */
  send: (commands: readonly Command[]) => void;
}): ChangeOrder {
  const changes = createBatcher<Wanted, Order>({
    max: changesAtOnce,
    gatherMs: 4,
    async run(wanted) {
      const deadline = Math.max(...wanted.map(({ context }) => context.deadline));
      const { results, commands } = await deps.store.inTransaction(
        async (store) => {
          const orders = await store.load([...new Set(wanted.map(({ id }) => id))]);
          const decided = decideAll(wanted, orders, Date.now());
          if (decided.events.length > 0) await store.update(decided.changes, decided.events);
          return decided;
        },
        { deadline },
      );
      deps.send(commands);
      return results;
    },
  });
  return (context, id, decide) => changes.add({ context, id, decide });
}

/** Decides in the order of arrival, each on what the one before made of the order. A refusal is its asker's alone. */
function decideAll(wanted: readonly Wanted[], orders: ReadonlyMap<string, Order>, now: number) {
  const latest = new Map(orders);
  const events: RecordedEvent[] = [];
  const commands: Command[] = [];
  const results = wanted.map(({ context, id, decide }): Order | Error => {
    let order = latest.get(id);
    if (!order) return notFound("order");
    if (remaining(context) <= 0) return overloaded("The time for this request was up; nothing was done.");
    try {
      const steps = decide(order).map((event) => {
        const before = order as Order;
        // A clock that was set back must not make an order younger.
        const at = Math.max(now, before.updated_at);
        order = transition(before, event, at);
        return { record: { order_id: id, seq: order.seq, event, at }, commands: commandsOf(before, event) };
      });
      latest.set(id, order);
      for (const step of steps) {
        events.push(step.record);
        commands.push(...step.commands);
      }
      return order;
    } catch (error) {
      return error as Error;
    }
  });
  const changes: Change[] = [...orders].flatMap(([id, before]) => {
    const after = latest.get(id);
    return after && after !== before ? [{ before, after }] : [];
  });
  return { results, commands, events, changes };
}
