import { createBatcher, createRowCache, type Database, overloaded } from "@shop/platform";
import type { Order, Status } from "./order.ts";
import type { OrderEvent, RecordedEvent } from "./order-events.ts";
import {
  countByStatus,
  insertEvents,
  insertItems,
  insertOrders,
  openOrders,
  renameUser,
  renameUserInEvents,
  selectByIds,
  selectEvents,
  selectOfUser,
  selectPage,
  selectUntold,
  updateItems,
  updateOrders,
} from "./order-sql.ts";

/** What a list asks for: undefined leaves a bound out. */
export interface OrderFilter {
  readonly user_id?: string | undefined;
  readonly status?: Status | undefined;
  /** Ids at or above, and ids below: as ids carry their time, a span of time is a span of ids. */
  readonly fromId?: string | undefined;
  readonly beforeId?: string | undefined;
}

export type OrderStore = ReturnType<typeof createOrderStore>;
export type OrderTransaction = ReturnType<typeof transactionOn>;
type Connection = Database["read"];

type ItemTuple = [
  line: number,
  product_id: number,
  sku: string | null,
  name: string | null,
  quantity: number,
  price: number,
];

interface OrderRow extends Omit<Order, "items" | "noted"> {
  /** JSON of ItemTuple[]. */
  readonly items: string;
  readonly noted: string;
}

interface EventRow {
  readonly order_id: string;
  readonly seq: number;
  readonly type: string;
  readonly data: string;
  readonly at: number;
}

/** An order by the place that it has among those a sweep goes through. */
export type Unsettled = Pick<Order, "id" | "updated_at">;

/** An order as it was read and as it shall be. */
export interface Change {
  readonly before: Order;
  readonly after: Order;
}

const cachedOrders = 10_000;
const readAtOnce = 64;

/** Bounds below and above every id. */
const belowAll = "";
const aboveAll = "g";

/** The orders, their items and their events. Whole orders are cached exactly: put after COMMIT, dropped by a reset. */
export function createOrderStore(database: Database) {
  const cache = createRowCache<string, Order | undefined>({ max: cachedOrders });
  database.onReset(cache.clear);

  const reads = createBatcher<string, Order | undefined>({
    max: readAtOnce,
    concurrency: 2,
    async run(ids) {
      const found = await ordersByIds(database.read, ids);
      return ids.map((id) => found.get(id));
    },
  });

  return {
    /** From the cache, or the last commit. Undefined when there is no such order. */
    find: (id: string): Promise<Order | undefined> => cache.get(id, () => reads.add(id)),

    /** From the last commit, whatever is cached: for decisions about money. */
    read: (id: string): Promise<Order | undefined> => reads.add(id),

    /** Newest first. */
    async list({ user_id, status, fromId = belowAll, beforeId = aboveAll }: OrderFilter, limit: number) {
      const filters = Object.entries({ user_id, status }).filter(([, value]) => value !== undefined);
      const sql = selectPage(filters.map(([column]) => `o.${column} = ?`));
      const bindings = [...filters.map(([, value]) => value), fromId, beforeId, limit];
      return (await rows<OrderRow>(database.read, sql, bindings)).map(orderOf);
    },

    /** Oldest first; empty when there is no such order. */
    async events(id: string): Promise<RecordedEvent[]> {
      const found = await rows<EventRow>(database.read, selectEvents, [id]);
      return found.map(({ order_id, seq, type, data, at }) => ({
        order_id,
        seq,
        event: { type, data: JSON.parse(data) } as OrderEvent,
        at,
      }));
    },

    /** From the last commit; those that there are. */
    readMany: (ids: readonly string[]): Promise<Map<string, Order>> => ordersByIds(database.read, ids),

    /** The ids of orders unpaid past their time, the longest first. */
    due: (now: number, limit: number): Promise<string[]> => openIds(database.read, "due", [now, limit]),

    /** The ids of orders that the catalog has not agreed to, from the one after `after` on. */
    unverified: (after: string, limit: number): Promise<string[]> =>
      openIds(database.read, "unverified", [after, limit]),

    /** Orders whose stock is not settled as their state wants it, from after `after` on, unchanged since `updatedUntil`. */
    unsettled: (after: Unsettled, updatedUntil: number, limit: number): Promise<Unsettled[]> =>
      rows(database.read, openOrders.unsettled, [after.updated_at, after.id, updatedUntil, limit]),

    /** How many orders are in each status that occurs. */
    async counts(): Promise<Partial<Record<Status, number>>> {
      const counted = await rows<{ status: Status; count: number }>(database.read, countByStatus, []);
      return Object.fromEntries(counted.map(({ status, count }) => [status, count]));
    },

    /** One durable unit of work on the orders. What it wrote is in the cache when it resolves. */
    inTransaction<T>(work: (store: OrderTransaction) => Promise<T>, options: { deadline: number }): Promise<T> {
      let written: readonly Order[] = [];
      return database.write(
        (trx) => {
          const wrote: Order[] = [];
          written = wrote;
          return work(transactionOn(trx, wrote));
        },
        {
          ...options,
          committed: () => {
            for (const order of written) cache.put(order.id, order);
          },
        },
      );
    },
  };
}

/** The store as it is inside a unit of work. */
function transactionOn(trx: Connection, wrote: Order[]) {
  const record = (events: readonly RecordedEvent[]) => {
    const flat = events.map(({ event, ...rest }) => ({ ...rest, ...event }));
    return rows(trx, insertEvents, [JSON.stringify(flat)]);
  };
  return {
    /** The unit itself, for what the platform keeps in it: outbox, inbox, answers. */
    trx,

    load: (ids: readonly string[]): Promise<Map<string, Order>> => ordersByIds(trx, ids),

    async insert(orders: readonly Order[], events: readonly RecordedEvent[]): Promise<void> {
      const text = JSON.stringify(orders);
      await rows(trx, insertOrders, [text]);
      await rows(trx, insertItems, [text]);
      await record(events);
      wrote.push(...orders);
    },

    /** Stores changed orders with their events. Throws 503 `overloaded` when one was changed since `before` was read. */
    async update(changes: readonly Change[], events: readonly RecordedEvent[]): Promise<void> {
      const text = JSON.stringify(changes.map(({ before, after }) => ({ ...after, was_seq: before.seq })));
      const updated = await rows(trx, updateOrders, [text]);
      if (updated.length !== changes.length) throw overloaded("The order is being changed elsewhere. Try again.");
      const verified = changes.filter(({ before, after }) => before.items !== after.items);
      if (verified.length > 0) await rows(trx, updateItems, [JSON.stringify(verified.map(({ after }) => after))]);
      await record(events);
      wrote.push(...changes.map(({ after }) => after));
    },

    /** Which of the orders have a command that waits for this destination, or was given up. */
    async untold(destination: string, ids: readonly string[]): Promise<Set<string>> {
      const asked = [destination, JSON.stringify(ids)];
      const found = await rows<{ aggregate: string }>(trx, selectUntold, [...asked, ...asked]);
      return new Set(found.map(({ aggregate }) => aggregate));
    },

    /** Puts `alias` for a person in up to `limit` of the person's orders and in their events; answers in how many. */
    async renameUser(user_id: string, alias: string, limit: number): Promise<number> {
      const found = await rows<{ id: string }>(trx, selectOfUser, [user_id, limit]);
      const ids = found.map(({ id }) => id);
      if (ids.length === 0) return 0;
      await rows(trx, renameUser, [alias, JSON.stringify(ids)]);
      await rows(trx, renameUserInEvents, [alias, JSON.stringify(ids)]);
      wrote.push(...(await ordersByIds(trx, ids)).values());
      return ids.length;
    },
  };
}

async function openIds(connection: Connection, which: keyof typeof openOrders, bindings: readonly (string | number)[]) {
  return (await rows<{ id: string }>(connection, openOrders[which], bindings)).map(({ id }) => id);
}

async function ordersByIds(connection: Connection, ids: readonly string[]): Promise<Map<string, Order>> {
  const found = await rows<OrderRow>(connection, selectByIds, [JSON.stringify(ids)]);
  return new Map(found.map((row) => [row.id, orderOf(row)]));
}

async function rows<Row>(connection: Connection, sql: string, bindings: readonly unknown[]): Promise<Row[]> {
  return (await connection.raw(sql, bindings as (string | number)[])) as Row[];
}

function orderOf({ items, noted, ...order }: OrderRow): Order {
  const lines = (JSON.parse(items) as ItemTuple[]).sort(([a], [b]) => a - b);
  return {
    ...order,
    noted: JSON.parse(noted),
    items: lines.map(([, product_id, sku, name, quantity, price]) => ({ product_id, sku, name, quantity, price })),
  };
}
