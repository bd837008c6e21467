import type { RequestContext, Sweep } from "@shop/platform";
import type { CaptureStore, OwedCapture } from "./capture-store.ts";
import type { News } from "./news.ts";
import { type ListedCharge, type Provider, ProviderUnavailable } from "./provider/provider.ts";

const pageSize = 500;
const pagesAtMost = 50;
const owedAtMost = 500;
const notesAtMost = 20;

/** Where a page of the provider's books begins: after this charge, in the order of (since, after). */
interface Position {
  readonly since: number;
  readonly after: string;
}

/**
 * Compares the provider's books with ours; never charges. What it captured or gave back and we do not know of, because
 * an older copy of our store was restored, is recorded. What it captured although we said that it failed, or beside
 * another payment of the order, is given back, and noted until it is. The order is told of each.
 *
 * How far it has come is kept in memory: each process compares all once, because a restore is followed by a start, and
 * goes on from there. In several instances each does so; what is recorded is guarded, and refunds have their ids.
 */
export function createReconciliation(deps: {
  store: CaptureStore;
  provider: Pick<Provider, "list" | "refund">;
  news: News;
  timeoutMs: number;
}): Sweep {
  const { store, provider, news, timeoutMs } = deps;
  let next: Position = { since: 0, after: "" };
  /** Pages with a charge that has to be looked at again. */
  const again = new Set<Position>();
  const patience = () => performance.now() + timeoutMs;

  /** Whether the charge has to be looked at again. */
  async function compare(charge: ListedCharge, report: Report): Promise<boolean> {
    const { id, order_id, result } = charge;
    if (result.outcome === "declined") return false;
    if (order_id === null) {
      report.note(charge, `charge ${id} names no order`);
      return false;
    }
    const finding = await store.record({ ...charge, order_id, reference: result.reference });
    if (finding === "payment-under-way")
      report.note(charge, `charge ${id} waits for the end of another payment of its order`);
    if (typeof finding === "object") {
      report.mended();
      news.later(finding);
    }
    return finding === "payment-under-way" || finding === "refund-under-way";
  }

  /** Where the next page begins; undefined when this was the last. */
  async function comparePage(start: Position, report: Report): Promise<Position | undefined> {
    // A charge as young as this may be one whose outcome a request is about to write down.
    const until = Date.now() - timeoutMs;
    const listed = await provider.list({ ...start, limit: pageSize }, patience());
    const charges = listed.filter(({ created_at }) => created_at < until);
    let waits = false;
    for (const charge of await store.differing(charges)) waits = (await compare(charge, report)) || waits;
    if (waits) again.add(start);
    else again.delete(start);
    const last = charges.at(-1);
    return last && { since: last.created_at, after: last.id };
  }

  async function compareBooks(report: Report, { deadline }: RequestContext): Promise<void> {
    let pages = 0;
    const more = () => pages++ < pagesAtMost && performance.now() < deadline;
    for (const start of [...again]) if (more()) await comparePage(start, report);
    while (more()) {
      const reached = await comparePage(next, report);
      if (!reached) return;
      next = reached;
    }
  }

  /** What was owed when it began, each once in a run. */
  async function giveBackAll(tried: Set<string>, report: Report): Promise<void> {
    for (const owed of await store.owed(owedAtMost)) {
      if (tried.has(owed.id)) continue;
      tried.add(owed.id);
      await giveBack(owed, report);
    }
  }

  /** A refund that was asked for, and of which a crash hid the answer, is the same refund when it is asked for again. */
  async function giveBack(owed: OwedCapture, report: Report): Promise<void> {
    const { id, amount, refunded, refund_id } = owed;
    if (refunded < amount) {
      const request = { id: refund_id, payment_id: id, amount: amount - refunded };
      const { outcome } = await provider.refund(request, patience());
      if (outcome === "declined") {
        await store.declined(owed);
        return report.note(owed, `the provider does not give back charge ${id}`);
      }
    }
    report.mended();
    news.later(await store.returned(owed));
  }

  return {
    name: "captures",
    async run(context: RequestContext) {
      const report = createReport(context);
      const tried = new Set<string>();
      try {
        // What an earlier run asked for is ended before the books are read in which it may stand.
        await giveBackAll(tried, report);
        await compareBooks(report, context);
        await giveBackAll(tried, report);
      } catch (error) {
        if (!(error instanceof ProviderUnavailable)) throw error;
        report.away();
      }
      return report.result;
    },
  };
}

type Report = ReturnType<typeof createReport>;

/** What one run found: mended, or for a person to know. */
function createReport({ log }: RequestContext) {
  const result = { found: 0, mended: 0, notes: [] as string[] };
  return {
    result,
    mended(): void {
      result.found += 1;
      result.mended += 1;
    },
    note({ id, order_id }: Pick<ListedCharge, "id" | "order_id">, note: string): void {
      result.found += 1;
      log.error({ payment: id, order: order_id }, note);
      if (result.notes.length < notesAtMost) result.notes.push(note);
    },
    away: () => void result.notes.push("the provider cannot be asked now"),
  };
}
