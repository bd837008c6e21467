import { type Currency, createBatcher, overloaded, type Problem } from "@shop/platform";
import type { CatalogStore, Tables } from "./catalog-store.ts";
import { type Outcome, settle } from "./ledger.ts";
import type { Command } from "./reservation.ts";

export type Reservations = ReturnType<typeof createReservations>;

interface Asked {
  readonly command: Command;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
}

/** Commands that share one unit of work: four batches of 64. */
const unitAtMost = 256;

/** Every change of a reservation comes through here; commands that arrive together share one unit of work. */
export function createReservations(options: {
  readonly store: CatalogStore;
  readonly unit: Currency;
  /** Told after COMMIT, in the order of the commits, which products' stock changed. */
  readonly stockChanged: (productIds: readonly number[]) => void;
  readonly now?: () => number;
}) {
  const { store, unit, stockChanged, now = Date.now } = options;
  const batcher = createBatcher<Asked, Outcome>({ max: unitAtMost, run });

  async function run(asked: readonly Asked[]): Promise<(Outcome | Problem)[]> {
    const inTime = asked.filter((each) => each.deadline > performance.now());
    const outcomes = inTime.length === 0 ? [] : await settleTogether(inTime);
    const found = new Map(inTime.map((each, index) => [each, outcomes[index]]));
    return asked.map((each) => found.get(each) ?? overloaded("The time for this request was up; nothing was done."));
  }

  async function settleTogether(asked: readonly Asked[]): Promise<readonly (Outcome | Problem)[]> {
    const commands = asked.map((each) => each.command);
    const { outcomes } = await store.inTransaction((tables) => settleOn(tables, commands), {
      deadline: Math.max(...asked.map((each) => each.deadline)),
      committed: ({ changed }) => stockChanged(changed),
    });
    return outcomes;
  }

  async function settleOn(tables: Tables, commands: readonly Command[]) {
    const reservations = await tables.reservations.byIds([...new Set(commands.map((command) => command.orderId))]);
    const lines = [
      ...reservations.flatMap((reservation) => reservation.lines),
      ...commands.flatMap((command) => (command.type === "hold" ? command.items : [])),
    ];
    const products = await tables.products.byIds([...new Set(lines.map((line) => line.productId))]);
    const stored = {
      reservations: new Map(reservations.map((reservation) => [reservation.orderId, reservation])),
      products: new Map(products.map((product) => [product.id, product])),
    };
    const at = now();
    const { outcomes, changes } = settle(commands, stored, unit, at);
    await tables.products.changeStock(changes.stock);
    await tables.reservations.write(changes);
    await tables.products.addMovements(changes.movements, at);
    return { outcomes, changed: changes.stock.map((change) => change.productId) };
  }

  function settleAll(commands: readonly Command[], deadline: number): Promise<PromiseSettledResult<Outcome>[]> {
    return Promise.allSettled(commands.map((command) => batcher.add({ command, deadline })));
  }

  return {
    /** Rejects with the Problem that refuses the command. */
    settle: (command: Command, deadline: number): Promise<Outcome> => batcher.add({ command, deadline }),
    /** One result a command, in order; each as `settle` alone would have ended. */
    settleAll,
    /** Frees what was held past its time, longest past first; says how many holds were due, and how many expired. */
    async expireDue(limit: number, deadline: number): Promise<{ due: number; expired: number }> {
      const due = await store.reservations.due(now(), limit);
      const settled = await settleAll(
        due.map((orderId) => ({ type: "expire", orderId })),
        deadline,
      );
      const failed = settled.find((each) => each.status === "rejected");
      if (failed) throw failed.reason;
      // What was extended, or ended by another command meanwhile, stays as it is.
      const expired = settled.filter(
        (each) => each.status === "fulfilled" && each.value.reservation.state === "EXPIRED",
      );
      return { due: due.length, expired: expired.length };
    },
  };
}
