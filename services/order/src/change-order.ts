import {
  type Answer,
  createBatcher,
  keepAnswers,
  notFound,
  type Outbox,
  type OutboxRow,
  overloaded,
  type RequestContext,
  remaining,
  takeIn,
} from "@shop/platform";
import { type Command, commandsOf, messageOf } from "./commands.ts";
import { type Order, transition } from "./order.ts";
import type { OrderEvent, RecordedEvent } from "./order-events.ts";
import type { Change, OrderStore } from "./order-store.ts";

type Asker = Pick<RequestContext, "deadline" | "claim">;

/** What shall happen to the order as it is now: nothing, or events. May throw a Problem. Pure: it may be asked again. */
export type Decide = (order: Order) => readonly OrderEvent[];

/** What is kept in the unit of the change. */
export interface Kept {
  /** The id of the message that asks for it: taken in with the change, and of no effect when it was before. */
  readonly messageId?: string;
  /** What the asker is answered: kept when it came with an Idempotency-Key. */
  readonly reply?: (order: Order) => Answer;
}

/**
 * The one way by which an order changes: the order, its events, what others must be told of them, and what is `kept`,
 * in one unit. Answers with the order as it then is, after COMMIT.
 * Throws 404, 409 `invalid-transition`, 503, and what `decide` throws.
 */
export type ChangeOrder = (context: Asker, id: string, decide: Decide, kept?: Kept) => Promise<Order>;

interface Wanted {
  readonly context: Asker;
  readonly id: string;
  readonly decide: Decide;
  readonly kept: Kept;
}

const changesAtOnce = 64;

/** Changes that arrive together share a unit of work and its statements. */
export function createChangeOrder(deps: {
  store: OrderStore;
  outbox: Pick<Outbox, "append">;
  /** Given what was appended, after COMMIT. */
  dispatch: (rows: readonly OutboxRow[]) => void;
}): ChangeOrder {
  const { store, outbox, dispatch } = deps;
  const changes = createBatcher<Wanted, Order>({
    max: changesAtOnce,
    gatherMs: 4,
    async run(wanted) {
      const inTime = wanted.filter(({ context }) => remaining(context) > 0);
      const { results, rows } = await changeTogether(inTime);
      dispatch(rows);
      const byWanted = new Map(inTime.map((each, index) => [each, results[index]]));
      return wanted.map((each) => byWanted.get(each) ?? tooLate());
    },
  });

  async function changeTogether(wanted: readonly Wanted[]) {
    if (wanted.length === 0) return { results: [], rows: [] };
    const deadline = Math.max(...wanted.map(({ context }) => context.deadline));
    return store.inTransaction(
      async (store) => {
        const now = Date.now();
        const orders = await store.load([...new Set(wanted.map(({ id }) => id))]);
        const messages = messageIds(wanted.filter(({ id }) => orders.has(id)));
        const fresh = messages.length > 0 ? await takeIn(store.trx, messages, now) : new Set<string>();
        const { results, changes, events, commands } = decideAll(wanted, orders, fresh, now);
        requireNoneTakenInVain(wanted, results, fresh);
        if (changes.length > 0) await store.update(changes, events);
        const rows = commands.length > 0 ? await outbox.append(store.trx, commands.map(messageOf)) : [];
        await keepAnswers(store.trx, answersOf(wanted, results));
        return { results, rows };
      },
      { deadline },
    );
  }

  return (context, id, decide, kept = {}) => changes.add({ context, id, decide, kept });
}

const messageIds = (wanted: readonly Wanted[]): string[] => [
  ...new Set(wanted.flatMap(({ kept: { messageId } }) => (messageId === undefined ? [] : [messageId]))),
];

/** Decides in the order of arrival, each on what the one before made of the order. A refusal is its asker's alone. */
function decideAll(
  wanted: readonly Wanted[],
  orders: ReadonlyMap<string, Order>,
  freshMessages: ReadonlySet<string>,
  now: number,
) {
  const latest = new Map(orders);
  const fresh = new Set(freshMessages);
  const events: RecordedEvent[] = [];
  const commands: Command[] = [];
  const results = wanted.map(({ id, decide, kept: { messageId } }): Order | Error => {
    let order = latest.get(id);
    if (!order) return notFound("order");
    // Deleted when met: the same message twice in one batch is a repetition as well.
    if (messageId !== undefined && !fresh.delete(messageId)) return order;
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
  return { results, changes, events, commands };
}

/** A message that is refused must not count as taken in. Its error ends the unit; its neighbours then run without it. */
function requireNoneTakenInVain(
  wanted: readonly Wanted[],
  results: readonly (Order | Error)[],
  fresh: ReadonlySet<string>,
): void {
  for (const [index, { kept }] of wanted.entries()) {
    const result = results[index];
    if (result instanceof Error && kept.messageId !== undefined && fresh.has(kept.messageId)) throw result;
  }
}

function answersOf(wanted: readonly Wanted[], results: readonly (Order | Error)[]) {
  return wanted.flatMap(({ context: { claim }, kept: { reply } }, index) => {
    const order = results[index];
    return claim && reply && order && !(order instanceof Error) ? [{ claim, answer: reply(order) }] : [];
  });
}

const tooLate = (): Error => overloaded("The time for this request was up; nothing was done.");
