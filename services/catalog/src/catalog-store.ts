import { type Answered, type Database, keepAnswers } from "@shop/platform";
import { productTables } from "./product-store.ts";
import { reservationTables } from "./reservation-store.ts";
import { stockAudit } from "./stock-audit.ts";

/** The queries of this service on one connection: reads of the last commit, or a unit of work. */
export type Tables = ReturnType<typeof tablesOn>;

export type CatalogStore = ReturnType<typeof createCatalogStore>;

const tablesOn = (connection: Database["read"]) => ({
  products: productTables(connection),
  reservations: reservationTables(connection),
  audit: stockAudit(connection),
});

/** What the catalog keeps. Outside `inTransaction` only reads work. */
export function createCatalogStore(database: Database) {
  return {
    ...tablesOn(database.read),
    /**
     * One durable unit of work, with the answers that are kept in it; `committed` is told its result after COMMIT, in the
     * order of the commits.
     * Rejects with what `work` throws, or with a Problem 503.
     */
    inTransaction<T>(
      work: (tables: Tables & { keepAnswers(answered: readonly Answered[]): Promise<void> }) => Promise<T>,
      options: { readonly deadline?: number; readonly committed?: (result: T) => void } = {},
    ): Promise<T> {
      return database.write(
        (trx) => work({ ...tablesOn(trx), keepAnswers: (answered) => keepAnswers(trx, answered) }),
        options,
      );
    },
    onReset: database.onReset,
  };
}
