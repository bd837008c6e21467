import type { Trip } from "../records.ts";
import { checkAcknowledged } from "./acknowledged.ts";
import { type Books, readBooks } from "./books.ts";
import { checkOrders } from "./orders.ts";
import { checkPayments } from "./payments.ts";
import { checkQueues } from "./queues.ts";
import { checkStock } from "./stock.ts";
import { createFindings, type Violation } from "./violation.ts";

/** Holds everything that the shop promises against its files, which nobody has open any more, and the buyers' records. */
export async function check(
  folder: string,
  trips: readonly Trip[],
  endedAt: number,
): Promise<{ violations: readonly Violation[]; books: Books }> {
  const books = await readBooks(folder);
  const findings = createFindings();
  checkOrders(books, findings, endedAt);
  checkPayments(books, findings);
  checkStock(books, findings, endedAt);
  await checkQueues(books, findings, folder);
  checkAcknowledged(books, findings, trips);
  return { violations: findings.violations, books };
}
