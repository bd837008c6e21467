import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readFile } from "./checker/database-file.ts";
import { files, type Name } from "./shop.ts";

/** The rows that are still to come to an end, with everything up. */
const unfinished: readonly (readonly [Name, string])[] = [
  ...(["catalog", "cart", "order", "payment"] as const).map(
    (name) => [name, "SELECT count(*) AS count FROM outbox WHERE state = 'WAITING'"] as const,
  ),
  ["payment", "SELECT count(*) AS count FROM payments WHERE status IN ('PENDING', 'CHARGING', 'UNKNOWN')"],
  ["payment", "SELECT count(*) AS count FROM refunds WHERE status = 'PENDING'"],
  [
    "order",
    `SELECT count(*) AS count FROM orders
     WHERE (status = 'PENDING' AND (verification = 'pending' OR expires_at < unixepoch() * 1000))
        OR (status = 'PAID' AND hold <> 'confirmed')
        OR (status IN ('CANCELLED', 'EXPIRED', 'REFUNDED') AND hold IN ('none', 'held'))`,
  ],
];

const promisedMs = 60_000;

/**
 * Waits until nothing is under way any more, as the files say. The seconds that it took; when the promised minute is over
 * it ends too, and whoever checks finds what is left.
 */
export async function quiet(folder: string): Promise<number> {
  const began = performance.now();
  let still = 0;
  while (still < 2 && performance.now() - began < promisedMs) {
    await delay(300);
    still = (await left(folder)) === 0 ? still + 1 : 0;
  }
  return (performance.now() - began) / 1000;
}

async function left(folder: string): Promise<number> {
  const counts = await Promise.all(
    unfinished.map(([name, sql]) => readFile(join(folder, files[name]), (file) => file.all<{ count: number }>(sql))),
  );
  return counts.reduce((sum, rows) => sum + (rows?.[0]?.count ?? 0), 0);
}
