import { randomUUID } from "node:crypto";
import type { Knex } from "knex";
import { v7 } from "uuid";
import { createBackground } from "../background.ts";
import type { Database } from "../database/database.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { giveUpAt, type RequestContext } from "../request-context.ts";
import { createBookkeeping } from "./bookkeeping.ts";
import { createLane, type Delivery, type Destination, type Lane } from "./lane.ts";
import { ageS, measureOutbox, oldestWaiting, total } from "./outbox-metrics.ts";
import {
  countRows,
  findRow,
  insertRows,
  listRows,
  type OutboxFilter,
  type OutboxRow,
  pruneRows,
  reviveRow,
} from "./outbox-store.ts";
import { createRelay } from "./relay.ts";

export type { Delivery, Destination } from "./lane.ts";
export type { OutboxFilter, OutboxRow, OutboxState } from "./outbox-store.ts";

/** What another must be told. */
export interface Message {
  readonly destination: string;
  /** Messages of one aggregate reach a destination one after another, in the order of their append. */
  readonly aggregate: string;
  readonly type: string;
  /** JSON. */
  readonly payload: unknown;
  /** A UUIDv7 unless given; unique. */
  readonly id?: string;
}

export interface OutboxStats {
  readonly waiting: number;
  readonly dead: number;
  /** Of the oldest that waits; 0 when none does. */
  readonly oldest_age_s: number;
  readonly by_destination: Readonly<Record<string, { waiting: number; dead: number; in_flight: number }>>;
}

/** Messages that commit together with the change they tell of, and are tried until they arrived: at least once, in order. */
export interface Outbox {
  /** In the unit of the change. Rows that are the first of their aggregate are leased to this process for their first try. */
  append(trx: Knex, messages: readonly Message[]): Promise<readonly OutboxRow[]>;
  /**
   * After COMMIT, with the rows of `append`: the first try, now. Answers what came of each: "queued" when an earlier row
   * of its aggregate goes first, the lanes are full, or the context's time is up while the try goes on. Never rejects.
   */
  dispatch(rows: readonly OutboxRow[], context?: RequestContext): Promise<(Delivery | "queued")[]>;
  /** The destination is back: all that waits for it is due, now or at most `wakeEveryMs` after the last wake. */
  wake(destination: string): void;
  /** Newest first. */
  list(filter: OutboxFilter): Promise<OutboxRow[]>;
  find(id: string): Promise<OutboxRow | undefined>;
  /** A DEAD or DELIVERED row is due again, under the same id, with the whole schedule before it. Undefined for others. */
  redeliver(id: string): Promise<OutboxRow | undefined>;
  stats(): Promise<OutboxStats>;
  /** Deletes up to `limit` rows that were delivered before that time; answers with how many. */
  prune(deliveredBefore: number, limit: number): Promise<number>;
  /** At readiness: from now on rows are claimed, and retried when they are due. */
  start(): void;
  /** Begins no more tries, waits for those under way. Before the database closes. */
  stop(): Promise<void>;
}

const leaseMs = 60_000;
const timeoutAtMostMs = 50_000;

/** `now` in milliseconds since 1970. `soleOwner: false` where several processes may work on one database. */
export function createOutbox(options: {
  readonly database: Database;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "registry">;
  readonly destinations: Readonly<Record<string, Destination>>;
  readonly now?: () => number;
  readonly soleOwner?: boolean;
  readonly pollMs?: number;
  readonly wakeEveryMs?: number;
}): Outbox {
  const { database, log, metrics, destinations, now = Date.now, soleOwner = true } = options;
  const { pollMs = 1000, wakeEveryMs = 2000 } = options;
  const holder = randomUUID();
  const background = createBackground(log);
  const books = createBookkeeping({ database, log, holder, leaseMs, now });
  const count = () => countRows(database.read);
  const { attempted } = measureOutbox({ metrics, count, now });
  const lanes = new Map<string, Lane>();
  for (const [name, destination] of Object.entries(destinations)) {
    if (destination.timeoutMs > timeoutAtMostMs) throw new Error(`A try toward ${name} may outlast its lease`);
    lanes.set(name, createLane({ name, destination, books, background, log, wakeEveryMs, now, attempted }));
  }
  const relay = createRelay({ database, lanes, background, log, holder, soleOwner, pollMs, now });
  let stopping: Promise<void> | undefined;

  function laneOf(destination: string): Lane {
    const lane = lanes.get(destination);
    if (!lane) throw new Error(`No destination of this outbox is called ${destination}`);
    return lane;
  }

  const tried = async (row: OutboxRow, context: RequestContext | undefined): Promise<Delivery | "queued"> =>
    row.holder === holder ? laneOf(row.destination).dispatch(row, context) : "queued";

  return {
    async append(trx, messages) {
      if (messages.length === 0) return [];
      const added = messages.map(({ destination, aggregate, type, payload, id = v7() }) => {
        laneOf(destination);
        return { id, destination, aggregate, type, payload: JSON.stringify(payload ?? null) };
      });
      const at = now();
      return insertRows(trx, added, books.lease(at), at);
    },
    dispatch(rows, context) {
      const outcomes = rows.map((row) => tried(row, context));
      return context ? withinTimeOf(context, outcomes) : Promise.all(outcomes);
    },
    wake: (destination) => laneOf(destination).wake(),
    list: (filter) => listRows(database.read, filter),
    find: (id) => findRow(database.read, id),
    async redeliver(id) {
      const revived = await database.write((trx) => reviveRow(trx, id, now()));
      if (revived) lanes.get(revived.destination)?.look();
      return revived;
    },
    async stats() {
      const counted = await count();
      const names = [...new Set([...lanes.keys(), ...counted.map(({ destination }) => destination)])];
      const figures = names.map((name) => {
        const own = counted.filter(({ destination }) => destination === name);
        const inFlight = lanes.get(name)?.inFlight() ?? 0;
        return [name, { waiting: total(own, "WAITING"), dead: total(own, "DEAD"), in_flight: inFlight }] as const;
      });
      return {
        waiting: total(counted, "WAITING"),
        dead: total(counted, "DEAD"),
        oldest_age_s: ageS(oldestWaiting(counted), now()),
        by_destination: Object.fromEntries(figures),
      };
    },
    prune: (deliveredBefore, limit) => database.write((trx) => pruneRows(trx, deliveredBefore, limit)),
    start: relay.start,
    stop() {
      stopping ??= (async () => {
        relay.stop();
        books.stop();
        await background.settled();
      })();
      return stopping;
    },
  };
}

/** What is not known a little before the context's deadline is "queued": the caller has an answer to give. */
async function withinTimeOf(
  context: RequestContext,
  outcomes: readonly Promise<Delivery | "queued">[],
): Promise<(Delivery | "queued")[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"queued">((resolve) => {
    timer = setTimeout(resolve, Math.max(0, giveUpAt(context.deadline) - performance.now()), "queued");
  });
  try {
    return await Promise.all(outcomes.map((outcome) => Promise.race([outcome, late])));
  } finally {
    clearTimeout(timer);
  }
}
