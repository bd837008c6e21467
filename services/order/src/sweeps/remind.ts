import type { Outbox, OutboxRow } from "@shop/platform";
import { commandOwed, messageOf } from "../commands.ts";
import type { OrderStore } from "../order-store.ts";

export type Remind = ReturnType<typeof createRemind>;

/**
 * Writes down again what others must be told of orders, where no such command waits: a restored store may lack it, or
 * they may have forgotten. One that was given up is a person's to redeliver.
 */
export function createRemind(deps: {
  store: OrderStore;
  outbox: Pick<Outbox, "append">;
  dispatch: (rows: readonly OutboxRow[]) => void;
}) {
  const { store, outbox, dispatch } = deps;

  /** How many commands were written. `held`: the catalog says that it holds stock for these orders. */
  return async function remind(ids: readonly string[], { held, deadline }: { held: boolean; deadline: number }) {
    if (ids.length === 0) return 0;
    const rows = await store.inTransaction(
      async (store) => {
        const orders = await store.load(ids);
        const owed = [...orders.values()].flatMap((order) => commandOwed(order, held) ?? []);
        const untold = {
          catalog: await store.untold("catalog", ids),
          payment: await store.untold("payment", ids),
        };
        const messages = owed
          .map(messageOf)
          .filter(({ destination, aggregate }) => !untold[destination as keyof typeof untold].has(aggregate));
        return messages.length > 0 ? outbox.append(store.trx, messages) : [];
      },
      { deadline },
    );
    dispatch(rows);
    return rows.length;
  };
}
