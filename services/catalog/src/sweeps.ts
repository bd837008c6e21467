import { remaining, type Sweep } from "@shop/platform";
import type { CatalogStore } from "./catalog-store.ts";
import type { Reservations } from "./settle-reservations.ts";
import type { AuditedStock } from "./stock-audit.ts";

/** Rows that are taken at once. */
const atMost = 500;
/** Stock that many forgotten orders hold is free again soon, and requests still get their turns. */
const roundsAtMost = 20;
const toldAtMost = 20;
const auditEveryS = 3600;
/**
 * A hold that came to nothing bars a later one under its order's id. Who might still ask for one gives up after a
 * day, and no command waits longer than a few.
 */
const closedKeptMs = 30 * 24 * 3_600_000;

export interface SweepDeps {
  readonly store: CatalogStore;
  readonly reservations: Reservations;
  /** Told after COMMIT, in the order of the commits. */
  readonly stockChanged: (productIds: readonly number[]) => void;
  /** Seconds after readiness in which nothing expires: the order service, which owns expiry, comes first. */
  readonly delayS: number;
  readonly now?: () => number;
}

/** What the catalog mends by itself. Each pass may be repeated, and finds nothing the second time. */
export const catalogSweeps = (deps: SweepDeps): readonly Sweep[] => [
  expireHolds(deps),
  auditStock(deps),
  pruneReservations(deps),
];

const expireHolds = ({ reservations, delayS }: SweepDeps): Sweep => ({
  name: "expire-holds",
  startAfterS: delayS,
  onlyWhenDue: true,
  async run(context) {
    let [found, mended] = [0, 0];
    for (let round = 0; round < roundsAtMost && remaining(context) > 0; round += 1) {
      const { due, expired } = await reservations.expireDue(atMost, context.deadline);
      found += due;
      mended += expired;
      if (due < atMost) break;
    }
    return { found, mended };
  },
});

/** Compares what products say of their stock with the holds and movements that it must add up to. */
function auditStock({ store, stockChanged, delayS }: SweepDeps): Sweep {
  /** Where a pass ended whose time was up; the next one goes on there. */
  let after = 0;
  return {
    name: "audit-stock",
    startAfterS: delayS,
    everyS: auditEveryS,
    async run(context) {
      const wrong: AuditedStock[] = [];
      do {
        const page = await store.audit.page(after, atMost);
        wrong.push(...page.filter(isWrong));
        after = page.length < atMost ? 0 : (page.at(-1)?.id ?? 0);
      } while (after > 0 && remaining(context) > 0);
      if (wrong.length === 0) return { found: 0, mended: 0 };
      const mended = await store.inTransaction(({ audit }) => audit.mendReserved(wrong.map(({ id }) => id)), {
        deadline: context.deadline,
        committed: stockChanged,
      });
      return { found: wrong.length, mended: mended.length, notes: notesOn(wrong, new Set(mended)) };
    },
  };
}

const isWrong = ({ stock, reserved, held, moved }: AuditedStock): boolean =>
  reserved !== held || stock !== moved || reserved < 0 || reserved > stock;

function notesOn(wrong: readonly AuditedStock[], mended: ReadonlySet<number>): string[] {
  const notes = wrong.slice(0, toldAtMost).map(({ id, stock, reserved, held, moved }) => {
    const counts = `product ${id}: stock ${stock}, movements ${moved}; reserved ${reserved}, held ${held}`;
    return mended.has(id) ? `${counts}; reserved is mended` : `${counts}; left as it is: a person must decide`;
  });
  return wrong.length > toldAtMost ? [...notes, `and ${wrong.length - toldAtMost} more`] : notes;
}

const pruneReservations = ({ store, now = Date.now }: SweepDeps): Sweep => ({
  name: "prune-reservations",
  async run({ deadline }) {
    const before = now() - closedKeptMs;
    const found = (await store.reservations.closedBefore(before, atMost)).length;
    if (found === 0) return { found, mended: 0 };
    const mended = await store.inTransaction(
      async ({ reservations }) => {
        const closed = await reservations.closedBefore(before, atMost);
        await reservations.remove(closed);
        return closed.length;
      },
      { deadline },
    );
    return { found, mended };
  },
});
