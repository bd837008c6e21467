import type { Knex } from "knex";
import { type Connection, type Done, isOwnFault } from "./sqlite.ts";

/** What one unit of work holds: a knex whose statements go to the writer one after another, while the unit lasts. */
export interface Unit {
  readonly trx: Knex;
  /**
   * Takes the handle away, waits for a statement under way, and answers with the driver error that ends the batch, if
   * any was met: also one that the unit caught itself.
   */
  end(): Promise<unknown>;
}

/**
 * After such an error SQLite may have rolled the whole transaction back by itself, and a next statement would commit
 * alone; hence the unit's later statements are refused, also those that it sent at the same time.
 */
export function openUnit(compiler: Knex, connection: Connection): Unit {
  let open = true;
  let fault: unknown;
  let last: Promise<void> = Promise.resolve();

  const guarded =
    (method: "run" | "all") =>
    (sql: string, bindings: readonly unknown[] | undefined, done: Done): void => {
      last = last.then(
        () =>
          new Promise((settled) => {
            const refusal = fault ?? (open ? undefined : new Error("A unit of work used its handle after its end"));
            if (refusal !== undefined) {
              done.call(undefined, refusal as Error);
              return settled();
            }
            connection[method](sql, bindings, function (error, rows) {
              if (error && !isOwnFault(error)) fault = error;
              done.call(this, error, rows);
              settled();
            });
          }),
      );
    };

  const statements = { run: guarded("run"), all: guarded("all") };
  return {
    trx: handle(compiler, statements),
    async end() {
      open = false;
      await last;
      return fault;
    },
  };
}

/** Inherits everything from the compiler but the connection. knex's own way to make a handle costs 50 times as much. */
function handle(compiler: Knex, connection: Pick<Connection, "run" | "all">): Knex {
  const client = Object.assign(Object.create(compiler.client), {
    acquireConnection: () => connection,
    releaseConnection: () => undefined,
    transaction: () => {
      throw new Error("A unit of work is a transaction already");
    },
  });
  const trx = (table: string, options?: object) => client.queryBuilder().table(table, options);
  const { context } = compiler as Knex & { context: object };
  return Object.setPrototypeOf(
    Object.assign(trx, { context: Object.assign(Object.create(context), { client }) }),
    compiler,
  );
}
