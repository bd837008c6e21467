import { join } from "node:path";
import { files, type Name } from "../shop.ts";
import { type DatabaseFile, readFile } from "./database-file.ts";

/** Rows as they stand in the files: times in milliseconds, money in minor units. */
export interface OrderRow {
  readonly id: string;
  readonly user_id: string;
  readonly status: string;
  readonly verification: string;
  readonly hold: string;
  readonly total: number;
  readonly refunded: number;
  readonly payment_id: string | null;
  readonly payment_version: number;
  readonly reason: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly expires_at: number;
  readonly seq: number;
}
export interface ItemRow {
  readonly order_id: string;
  readonly product_id: number;
  readonly quantity: number;
  readonly price: number;
}
export interface EventRow {
  readonly order_id: string;
  readonly seq: number;
  readonly type: string;
  /** JSON. */
  readonly data: string;
  readonly at: number;
}
export interface HoldRow {
  readonly order_id: string;
  readonly state: string;
  readonly created_at: number;
}
export interface HoldLineRow {
  readonly order_id: string;
  readonly product_id: number;
  readonly quantity: number;
}
export interface ProductRow {
  readonly id: number;
  readonly stock: number;
  readonly reserved: number;
}
export interface MovementRow {
  readonly product_id: number;
  readonly delta: number;
  readonly reason: string;
  readonly order_id: string | null;
}
export interface PaymentRow {
  readonly id: string;
  readonly order_id: string;
  readonly amount: number;
  readonly status: string;
  readonly refunded: number;
  readonly refunding: number;
  readonly version: number;
}
export interface RefundRow {
  readonly id: string;
  readonly payment_id: string;
  readonly amount: number;
  readonly status: string;
  readonly reason: string | null;
}
/** The provider's own. `declined_code` is null when the money moved. */
export interface LedgerCharge {
  readonly id: string;
  readonly amount: number;
  readonly declined_code: string | null;
}
export interface LedgerRefund extends LedgerCharge {
  readonly payment_id: string;
}
export interface OutboxRow {
  readonly service: Name;
  readonly id: string;
  readonly destination: string;
  readonly aggregate: string;
  readonly type: string;
  readonly state: string;
  readonly attempts: number;
  readonly last_error: string | null;
}

export type Books = Awaited<ReturnType<typeof readBooks>>;

/** Everything that the five files hold, read past the services. */
export async function readBooks(folder: string) {
  const from = async <T>(name: Name, table: string): Promise<readonly T[]> =>
    (await readFile(join(folder, files[name]), (file: DatabaseFile) => file.all<T>(`SELECT * FROM ${table}`))) ?? [];
  const outboxes = ["catalog", "cart", "order", "payment"] as const;
  const outbox = await Promise.all(
    outboxes.map(async (service) =>
      (await from<Omit<OutboxRow, "service">>(service, "outbox")).map((row) => ({ ...row, service })),
    ),
  );
  const payments = await from<PaymentRow>("payment", "payments");
  const refunds = await from<RefundRow>("payment", "refunds");
  const charges = await from<LedgerCharge>("provider", "charges");
  const ledgerRefunds = await from<LedgerRefund>("provider", "refunds");
  return {
    orders: byId(await from<OrderRow>("order", "orders")),
    items: groupBy(await from<ItemRow>("order", "order_items"), (row) => row.order_id),
    events: groupBy(await from<EventRow>("order", "order_events"), (row) => row.order_id),
    inbox: new Set((await from<{ webhook_id: string }>("order", "inbox")).map((row) => row.webhook_id)),
    holds: new Map((await from<HoldRow>("catalog", "reservations")).map((row) => [row.order_id, row])),
    holdLines: groupBy(await from<HoldLineRow>("catalog", "reservation_lines"), (row) => row.order_id),
    products: await from<ProductRow>("catalog", "products"),
    movements: await from<MovementRow>("catalog", "stock_movements"),
    payments: byId(payments),
    paymentsOf: groupBy(payments, (row) => row.order_id),
    refunds: byId(refunds),
    refundsOf: groupBy(refunds, (row) => row.payment_id),
    refundsByReason: groupBy(refunds, (row) => row.reason),
    charges: byId(charges),
    ledgerRefunds: byId(ledgerRefunds),
    ledgerRefundsOf: groupBy(ledgerRefunds, (row) => row.payment_id),
    outbox: outbox.flat() as readonly OutboxRow[],
    outboxOf: groupBy(outbox.flat() as readonly OutboxRow[], (row) => row.aggregate),
  };
}

const byId = <T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> =>
  new Map(rows.map((row) => [row.id, row]));

export function groupBy<T, K>(rows: readonly T[], keyOf: (row: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

export const sum = <T>(rows: readonly T[] | undefined, of: (row: T) => number): number =>
  (rows ?? []).reduce((total, row) => total + of(row), 0);
