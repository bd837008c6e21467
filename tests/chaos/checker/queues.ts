import { join } from "node:path";
import { files, names } from "../shop.ts";
import type { Books } from "./books.ts";
import { damageOf } from "./database-file.ts";
import type { Findings } from "./violation.ts";

/** Nothing is left to deliver, and the files are sound. */
export async function checkQueues(books: Books, { expect }: Findings, folder: string): Promise<void> {
  for (const { service, destination, aggregate, type, state, attempts, last_error } of books.outbox) {
    const words = `${service} to ${destination}: ${type} of ${aggregate} is ${state} after ${attempts} tries: ${last_error}`;
    // A payment for an order that never was has nobody to tell.
    const nobody = type === "payment.failed" && state === "DEAD" && !books.orders.has(orderOf(books, aggregate));
    expect(state === "DELIVERED" || nobody, "every message was delivered", words, orderOf(books, aggregate));
  }
  for (const name of names) {
    const damage = await damageOf(join(folder, files[name]), true);
    expect(damage.length === 0, "the files are sound", `${files[name]}: ${damage.join("; ")}`);
  }
}

/** Messages are kept by order, or by payment. */
const orderOf = (books: Books, aggregate: string): string => books.payments.get(aggregate)?.order_id ?? aggregate;
