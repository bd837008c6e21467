import { type Background, backgroundContext, type Logger } from "@shop/platform";
import type { CatalogClient } from "./catalog-client.ts";
import type { ChangeOrder } from "./change-order.ts";
import { type HoldEventType, holdMayMove } from "./order.ts";
import type { Command } from "./order-events.ts";

/** What an order learns when the catalog has done as it was told. */
const outcomes = {
  confirm: "hold_confirmed",
  release: "hold_released",
  return: "hold_returned",
} as const satisfies Record<Command["type"], HoldEventType>;

export type Effects = ReturnType<typeof createEffects>;

/** Tells the catalog what orders oblige us to, after their COMMIT and outside of every request. A failure is logged. */
export function createEffects(deps: {
  catalog: CatalogClient;
  change: ChangeOrder;
  background: Background;
  log: Logger;
  timeoutMs: number;
}) {
  const { catalog, change, background, log, timeoutMs } = deps;

  async function carryOut({ type, order_id }: Command): Promise<void> {
    await catalog[type](backgroundContext(log, timeoutMs), order_id);
    const event = outcomes[type];
    await change(backgroundContext(log, timeoutMs), order_id, (order) =>
      holdMayMove(order, event) ? [{ type: event, data: {} }] : [],
    );
  }

  /** The end of what is under way for each order: a return must not overtake the confirm that it takes back. */
  const last = new Map<string, Promise<void>>();

  async function inTurn(command: Command): Promise<void> {
    const before = last.get(command.order_id);
    const turn = (async () => {
      await before?.catch(() => {});
      await carryOut(command);
    })();
    last.set(command.order_id, turn);
    try {
      await turn;
    } finally {
      if (last.get(command.order_id) === turn) last.delete(command.order_id);
    }
  }

  return {
    send(commands: readonly Command[]): void {
      for (const command of commands)
        background.start(`${command.type} the hold of order ${command.order_id}`, () => inTurn(command));
    },
    /** Gives up the hold of an order that could not be stored. */
    abandon(order_id: string): void {
      background.start(`release the hold of order ${order_id}, which was not stored`, () =>
        catalog.release(backgroundContext(log, timeoutMs), order_id),
      );
    },
  };
}
