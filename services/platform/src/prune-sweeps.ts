import type { Knex } from "knex";
import type { Database } from "./database/database.ts";
import { pruneKeys } from "./idempotency/key-store.ts";
import { pruneInbox } from "./outbox/inbox.ts";
import { remaining } from "./request-context.ts";
import type { Sweep } from "./sweeps.ts";

const dayMs = 24 * 60 * 60 * 1000;
/** Long enough to see what was said to whom; a redelivery by hand is of use for hours. */
const deliveredKeptMs = 7 * dayMs;
/** Much longer than a message is authentic (300 s) or tried again (4 days). */
const inboxKeptMs = 30 * dayMs;

/** A start has more urgent things to write. */
const startAfterS = 60;
/** Few enough that other writes hardly wait for them. */
const rowsAtOnce = 500;
/** More in one run than a busy shop leaves behind between two. */
const roundsAtMost = 40;

/** Deletes up to `limit` rows that are out of their time at `now`, in milliseconds, and says how many. */
type Prune = (now: number, limit: number) => Promise<number>;

/** What the platform keeps only for a time: idempotency keys, delivered messages, ids of messages taken in. */
export function pruneSweeps(options: {
  readonly database: Database;
  readonly outbox?: { prune(deliveredBefore: number, limit: number): Promise<number> } | undefined;
  readonly now?: () => number;
}): readonly Sweep[] {
  const { database, outbox, now = Date.now } = options;
  const inUnit =
    (prune: (trx: Knex, now: number, limit: number) => Promise<number>): Prune =>
    (at, limit) =>
      database.write((trx) => prune(trx, at, limit));
  const sweep = (name: string, prune: Prune): Sweep => ({
    name,
    startAfterS,
    async run(context) {
      let pruned = 0;
      for (let round = 0; round < roundsAtMost && remaining(context) > 0; round += 1) {
        const count = await prune(now(), rowsAtOnce);
        pruned += count;
        if (count < rowsAtOnce) break;
      }
      return { found: pruned, mended: pruned };
    },
  });
  return [
    sweep("prune-idempotency-keys", inUnit(pruneKeys)),
    sweep(
      "prune-inbox",
      inUnit((trx, at, limit) => pruneInbox(trx, at - inboxKeptMs, limit)),
    ),
    ...(outbox ? [sweep("prune-outbox", (at, limit) => outbox.prune(at - deliveredKeptMs, limit))] : []),
  ];
}
