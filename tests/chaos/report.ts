import { type Books, groupBy } from "./checker/books.ts";
import { historyOf } from "./checker/history.ts";
import type { Violation } from "./checker/violation.ts";
import type { Faults } from "./faults.ts";
import type { Records } from "./records.ts";
import type { Shop } from "./shop.ts";

/** What a run did and what it found. */
export interface Report {
  readonly seed: number;
  readonly figures: Readonly<Record<string, number | string>>;
  readonly violations: readonly Violation[];
  /** For people: the figures, and for each broken promise an example with its whole history. */
  readonly text: string;
}

export function makeReport(run: {
  seed: number;
  seconds: number;
  quietSeconds: number;
  shop: Shop;
  faults: Faults;
  records: Records;
  books: Books;
  violations: readonly Violation[];
}): Report {
  const { seed, shop, faults, records, books, violations } = run;
  const orders = [...books.orders.values()];
  const payments = [...books.payments.values()];
  const ofEdge = (matches: (edge: string, kind: string) => boolean): number =>
    [...faults.counts].reduce(
      (sum, [edge, kinds]) =>
        sum + [...kinds].reduce((part, [kind, count]) => part + (matches(edge, kind) ? count : 0), 0),
      0,
    );
  const figures = {
    seconds: Math.round(run.seconds),
    "quiet after, s": run.quietSeconds.toFixed(1),
    kills: shop.processes.reduce((sum, process) => sum + process.kills(), 0),
    requests: records.counts.requests,
    acknowledged: records.counts.acknowledged,
    "answers lost": records.counts.lost,
    replays: records.counts.replays,
    orders: `${orders.length} (${counted(orders)})`,
    payments: `${payments.length} (${counted(payments)})`,
    refunds: `${books.refunds.size} (${counted([...books.refunds.values()])})`,
    messages: books.outbox.length,
    "faults on the way": ofEdge(() => true),
    duplicates: ofEdge((_, kind) => kind === "duplicate"),
    "provider faults": ofEdge((edge) => edge.endsWith(">provider")),
    violations: violations.length,
  };
  const lines = Object.entries(figures).map(([name, value]) => `  ${name.padEnd(18)} ${value}`);
  const broken = [...groupBy(violations, ({ rule }) => rule)].map(([rule, all]) => {
    const [example] = all;
    const history = example?.orderId ? [historyOf(example.orderId, books, records.trips)] : [];
    return [`BROKEN (${all.length} times): ${rule}`, `  ${example?.detail}`, ...history].join("\n");
  });
  return { seed, figures, violations, text: [`seed ${seed}`, ...lines, ...broken].join("\n") };
}

const counted = (rows: readonly { readonly status: string }[]): string =>
  [...groupBy(rows, ({ status }) => status)].map(([status, all]) => `${status} ${all.length}`).join(", ");
