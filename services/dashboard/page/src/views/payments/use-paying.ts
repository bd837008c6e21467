import { useEffect, useRef, useState } from "preact/hooks";
import { intentOpen, once } from "../../api/intent.ts";
import type { Order } from "../../api/order.ts";
import { listPayments, type Payment, pay } from "../../api/payment.ts";
import { type ApiProblem, asProblem } from "../../api/problem.ts";
import { useAction } from "../../hooks/use-action.ts";
import { useLoad } from "../../hooks/use-load.ts";
import { may } from "../../session/session.ts";

/** What is known of an order's payment. */
export type PayState =
  | { readonly is: "unpaid" }
  | { readonly is: "paid" }
  /** Under way: nobody knows yet how it ends. */
  | { readonly is: "waiting"; readonly payment: Payment | undefined; readonly problem?: ApiProblem | undefined }
  | { readonly is: "declined"; readonly words: string }
  | { readonly is: "refused"; readonly problem: ApiProblem };

export interface Paying {
  readonly state: PayState;
  readonly busy: boolean;
  pay(): void;
}

const againMs = 3000;
const goingOn: PayState = { is: "waiting", payment: undefined };
const openStatuses: ReadonlySet<Payment["status"]> = new Set(["PENDING", "CHARGING", "UNKNOWN", "SUCCEEDED"]);

/**
 * Pays an order at a person's wish. What was begun, in this tab and not certain yet, is asked for again under the same
 * key until it is, also after a reload; what another began is only watched.
 */
export function usePaying(order: Order, onChange: () => void): Paying {
  const intent = `pay:${order.id}`;
  const action = useAction();
  const [state, setState] = useState<PayState | undefined>(() => (intentOpen(intent) ? goingOn : undefined));
  const asked = useRef(false);
  const payable = order.status === "PENDING";
  const begun = payable && intentOpen(intent) && state?.is !== "refused";
  const latest = useLatestPayment(order.id, payable && !begun);

  const ask = () =>
    void action.run(async () => {
      asked.current = true;
      const next = await outcomeOf(intent, order);
      setState(next);
      if (next.is === "paid" || next.is === "refused") onChange();
    });

  useEffect(() => {
    if (!begun || action.busy) return;
    const retryAfterMs = state?.is === "waiting" ? (state.problem?.retryAfterS ?? 0) * 1000 : 0;
    const timer = setTimeout(ask, asked.current ? Math.max(againMs, retryAfterMs) : 0);
    return () => clearTimeout(timer);
  }, [begun, action.busy]);

  // Somebody's payment came through: the order has news.
  useEffect(() => {
    if (latest?.status === "SUCCEEDED") onChange();
  }, [latest?.status]);

  return { state: payable ? (state ?? seen(latest)) : closed(state, order), busy: action.busy, pay: ask };
}

async function outcomeOf(intent: string, order: Order): Promise<PayState> {
  try {
    const { status, body } = await once(intent, (key) => pay(order.id, order.total, key));
    return status === 202 ? { is: "waiting", payment: body } : { is: "paid" };
  } catch (error) {
    const problem = asProblem(error);
    if (problem.isUncertain) return { is: "waiting", payment: undefined, problem };
    if (problem.code === "payment-declined") return { is: "declined", words: problem.message };
    return { is: "refused", problem };
  }
}

/** The newest payment of the order, whoever asked for it; undefined where the key may not look. */
function useLatestPayment(orderId: string, watched: boolean): Payment | undefined {
  const looks = watched && may("payments:read");
  const found = useLoad(
    async (signal) => (looks ? (await listPayments({ order_id: orderId, limit: 1 }, signal)).items[0] : undefined),
    [orderId, looks],
    looks ? { everyMs: 4000 } : {},
  );
  return found.data;
}

function seen(latest: Payment | undefined): PayState {
  if (!latest) return { is: "unpaid" };
  if (openStatuses.has(latest.status)) return { is: "waiting", payment: latest };
  return latest.failure ? { is: "declined", words: latest.failure.detail } : { is: "unpaid" };
}

/** What there is to tell when the order cannot be paid any more: how it came to that, if it came from here. */
function closed(state: PayState | undefined, { status }: Order): PayState {
  if (state?.is === "waiting" && status === "PAID") return { is: "paid" };
  return state?.is === "paid" || state?.is === "refused" ? state : { is: "unpaid" };
}
