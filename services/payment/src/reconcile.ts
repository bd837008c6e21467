import type { RequestContext, Sweep } from "@shop/platform";
import type { Capture, CaptureStore, Position } from "./capture-store.ts";
import type { Told } from "./messages.ts";
import type { News } from "./news.ts";
import { isCaptured, type PaymentStatus } from "./payment.ts";
import { type ListedCharge, type Provider, ProviderUnavailable } from "./provider/provider.ts";

const pageSize = 500;
const pagesAtMost = 50;
const notesAtMost = 20;

/**
 * Compares the provider's books with ours, on from where the last run ended; never charges. What it captured and we
 * lack, because an older copy of our store was restored, is recorded as a payment. What it captured although we said
 * that it failed, or beside another payment of the order, is recorded and given back. The order is told of each.
 */
export function createReconciliation(deps: {
  store: CaptureStore;
  provider: Pick<Provider, "list" | "refund">;
  news: News;
  timeoutMs: number;
}): Sweep {
  const { store, provider, news, timeoutMs } = deps;

  async function mend(charge: ListedCharge, known: PaymentStatus | undefined): Promise<End> {
    if (charge.result.outcome === "declined" || settled.has(known)) return "as-before";
    const { id, order_id } = charge;
    if (order_id === null) return { note: `charge ${id} names no order` };
    const capture: Capture = { ...charge, order_id, reference: charge.result.reference };
    if (known !== undefined && known !== "FAILED") return (await store.succeed(capture)) ?? "as-before";
    if (known === undefined) {
      const restored = await store.restore(capture);
      if (restored) return restored;
      const live = await store.liveOf(order_id);
      if (!live || !isCaptured(live))
        return { note: `charge ${id} waits for the end of another payment of its order`, again: true };
    }
    return giveBack(capture, known === "FAILED" ? "captured-after-failure" : "second-payment");
  }

  /** Under the payment's own id, so that a crash before it is recorded repeats the same refund. */
  async function giveBack(capture: Capture, reason: string): Promise<End> {
    const { id, amount, refunded } = capture;
    if (refunded < amount) {
      const request = { id, payment_id: id, amount: amount - refunded };
      const { outcome } = await provider.refund(request, performance.now() + timeoutMs);
      if (outcome === "declined") return { note: `the provider does not give back charge ${id}` };
    }
    return (await store.returned(capture, reason)) ?? "as-before";
  }

  /** Where the next page begins; undefined when something of this one has to be looked at again. */
  async function comparePage(
    charges: readonly ListedCharge[],
    report: Report,
    context: RequestContext,
  ): Promise<Position | undefined> {
    const known = await store.statuses(charges);
    let reached: Position | undefined;
    let waiting = false;
    for (const charge of charges) {
      const end = await mend(charge, known.get(charge.id));
      if (end !== "as-before") report.found += 1;
      if (end !== "as-before" && "note" in end) {
        context.log.error({ payment: charge.id, order: charge.order_id }, end.note);
        if (report.notes.length < notesAtMost) report.notes.push(end.note);
        waiting ||= end.again === true;
      } else if (end !== "as-before") {
        report.mended += 1;
        news.later(end);
      }
      if (!waiting) reached = { since: charge.created_at, after: charge.id };
    }
    if (reached) await store.advance(reached);
    return waiting ? undefined : reached;
  }

  return {
    name: "captures",
    async run(context: RequestContext) {
      const report: Report = { found: 0, mended: 0, notes: [] };
      try {
        let position: Position | undefined = await store.position();
        for (let pages = 0; position && pages < pagesAtMost && performance.now() < context.deadline; pages += 1) {
          // A charge as young as this may be one whose outcome a request is about to write down.
          const until = Date.now() - timeoutMs;
          const listed = await provider.list({ ...position, limit: pageSize }, performance.now() + timeoutMs);
          const charges = listed.filter(({ created_at }) => created_at < until);
          position = charges.length > 0 ? await comparePage(charges, report, context) : undefined;
          if (charges.length < pageSize) break;
        }
      } catch (error) {
        if (!(error instanceof ProviderUnavailable)) throw error;
        report.notes.push("the provider cannot be asked now");
      }
      return report;
    },
  };
}

/** Recorded and to be told; in our books before; or for a person to know, and perhaps to be looked at again. */
type End = Told | "as-before" | { readonly note: string; readonly again?: true };

interface Report {
  found: number;
  mended: number;
  readonly notes: string[];
}

/** Our books say that it was captured. */
const settled: ReadonlySet<PaymentStatus | undefined> = new Set<PaymentStatus>([
  "SUCCEEDED",
  "PARTIALLY_REFUNDED",
  "REFUNDED",
]);
