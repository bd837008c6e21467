import type { Trip } from "../records.ts";
import type { Books } from "./books.ts";

/** Everything that is known of one order, line by line, in all files and in the buyers' own records. */
export function historyOf(orderId: string, books: Books, trips: readonly Trip[]): string {
  const order = books.orders.get(orderId);
  const payments = books.paymentsOf.get(orderId) ?? [];
  const ids = [orderId, ...payments.map(({ id }) => id)];
  const concerned = trips.filter(
    ({ user, entries }) => user === order?.user_id || entries.some(({ id }) => id !== undefined && ids.includes(id)),
  );
  const sections: readonly (readonly [string, readonly unknown[]])[] = [
    ["order", order ? [order] : []],
    ["items", books.items.get(orderId) ?? []],
    ["events", books.events.get(orderId) ?? []],
    ["hold", [books.holds.get(orderId), ...(books.holdLines.get(orderId) ?? [])]],
    ["movements", books.movements.filter((row) => row.order_id === orderId)],
    ["payments", payments],
    ["refunds", payments.flatMap(({ id }) => books.refundsOf.get(id) ?? [])],
    ["ledger", ids.flatMap((id) => [books.charges.get(id), ...(books.ledgerRefundsOf.get(id) ?? [])])],
    ["outbox", ids.flatMap((id) => books.outboxOf.get(id) ?? [])],
    ...concerned.map(({ user, entries }) => [`told to ${user}`, entries] as const),
  ];
  const lines = sections.flatMap(([title, rows]) =>
    rows.filter((row) => row !== undefined).map((row) => `    ${title}: ${JSON.stringify(row)}`),
  );
  return [`  history of order ${orderId}:`, ...lines].join("\n");
}
