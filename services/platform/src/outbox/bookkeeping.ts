import { setTimeout as pause } from "node:timers/promises";
import { createBatcher } from "../batcher.ts";
import type { Database } from "../database/database.ts";
import type { Logger } from "../log.ts";
import {
  bringForward,
  claimDue,
  claimSuccessors,
  type Lease,
  type OutboxRow,
  type Settlement,
  settleRows,
} from "./outbox-store.ts";

export type Bookkeeping = ReturnType<typeof createBookkeeping>;

type Entry = { readonly settlement: Settlement } | { readonly wake: string };

/** Enough for many lanes at once, and far below what a statement can take. */
const entriesAtOnce = 256;
const repeatAfterMs = 1000;

/**
 * What the relay writes down. Entries that come together are one unit, in their order; so a wake brings forward the rows
 * that failed just before it. What cannot be written is written a second later: until then the lease keeps others off.
 */
export function createBookkeeping(options: {
  readonly database: Database;
  readonly log: Logger;
  readonly holder: string;
  readonly leaseMs: number;
  readonly now: () => number;
}) {
  const { database, log, holder, leaseMs, now } = options;
  let stopping = false;

  const lease = (at: number): Lease => ({ holder, until: at + leaseMs });

  const batcher = createBatcher<Entry, OutboxRow | undefined>({
    max: entriesAtOnce,
    queueLimit: Infinity,
    run: (entries) =>
      database.write(async (trx) => {
        const at = now();
        const settlements = entries.flatMap((entry) => ("settlement" in entry ? [entry.settlement] : []));
        const ours = settlements.length > 0 ? await settleRows(trx, settlements, holder, at) : new Set();
        const over = settlements.filter(({ row, state }) => state !== "WAITING" && ours.has(row.seq));
        const aggregates = over.map(({ row }) => row);
        const next = over.length > 0 ? await claimSuccessors(trx, aggregates, lease(at), at) : [];
        const woken = new Set(entries.flatMap((entry) => ("wake" in entry ? [entry.wake] : [])));
        for (const destination of woken) await bringForward(trx, destination, at);
        const successors = new Map(next.map((row) => [turnOf(row), row]));
        return entries.map((entry) =>
          "settlement" in entry ? successors.get(turnOf(entry.settlement.row)) : undefined,
        );
      }),
  });

  async function write(entry: Entry): Promise<OutboxRow | undefined> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await batcher.add(entry);
      } catch (error) {
        if (failures === 0) log.error({ err: error }, "what became of a message could not be written down yet");
        if (stopping) return undefined;
        await pause(repeatAfterMs);
      }
    }
  }

  return {
    lease,
    /** Writes down how a try ended. Answers with the next row of the aggregate, leased, when the row is over and one is due. */
    settle: (settlement: Settlement): Promise<OutboxRow | undefined> => write({ settlement }),
    /** All that waits for the destination is due now. */
    wake: (destination: string): Promise<unknown> => write({ wake: destination }),
    /** Leases up to `limit` rows that are due and in turn. */
    claim: (destination: string, limit: number): Promise<OutboxRow[]> =>
      database.write((trx) => {
        const at = now();
        return claimDue(trx, destination, limit, lease(at), at);
      }),
    /** From now on what cannot be written is left to the next process. */
    stop(): void {
      stopping = true;
    },
  };
}

const turnOf = ({ destination, aggregate }: OutboxRow): string => JSON.stringify([destination, aggregate]);
