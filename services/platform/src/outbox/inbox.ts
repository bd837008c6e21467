import type { Knex } from "knex";

/** SQLite takes at most 500 rows in the form of an insert that knex writes for it. */
const rowsAtOnce = 250;

/**
 * In the unit of the change that the messages make: notes their ids, and answers with those that were not there yet.
 * Two that arrive together under one id are one message; whoever gathers them joins them first. `at` in milliseconds.
 */
export async function takeIn(trx: Knex, ids: readonly string[], at: number): Promise<ReadonlySet<string>> {
  const fresh = new Set<string>();
  for (let start = 0; start < ids.length; start += rowsAtOnce) {
    const rows = ids.slice(start, start + rowsAtOnce).map((webhook_id) => ({ webhook_id, received_at: at }));
    const taken = await trx("inbox").insert(rows).onConflict("webhook_id").ignore().returning("webhook_id");
    for (const { webhook_id } of taken as { webhook_id: string }[]) fresh.add(webhook_id);
  }
  return fresh;
}

/** Deletes up to `limit` ids that came before a time, in milliseconds, and says how many. */
export async function pruneInbox(trx: Knex, receivedBefore: number, limit: number): Promise<number> {
  const old = trx("inbox")
    .select("webhook_id")
    .where("received_at", "<", receivedBefore)
    .orderBy("received_at")
    .limit(limit);
  return trx("inbox").whereIn("webhook_id", old).delete();
}
