import { backgroundContext, type Logger, type Peer, type PeerCall } from "@shop/platform";
import { type ListedCharge, type Provider, type ProviderResult, ProviderUnavailable } from "./provider.ts";
import { chargesSchema, resultSchema, type WireCharge } from "./provider-schemas.ts";

/** The provider as a process of its own. Throws for everything that is not its definitive word. */
export function createHttpProvider(peer: Peer, log: Logger): Provider {
  const answers = { 200: resultSchema };

  async function ask(deadline: number, call: PeerCall) {
    const context = { ...backgroundContext(log, 0, "payment"), deadline };
    const answer = await peer.call(context, call);
    if (answer.status === 200) return answer.body;
    const { code } = answer.body as { code?: string };
    if (call.method === "GET" && answer.status === 404 && code === "not-found") return undefined;
    throw new ProviderUnavailable(`The provider answered ${answer.status} ${code}.`);
  }

  /** Each is repeatable, because it carries the id that it is for. */
  const post = async (operation: string, path: string, body: object, deadline: number) =>
    (await ask(deadline, { operation, method: "POST", path, body, idempotent: true, answers })) as ProviderResult;
  const get = async (operation: string, path: string, deadline: number) =>
    (await ask(deadline, { operation, method: "GET", path, answers })) as ProviderResult | undefined;

  return {
    charge: ({ id, amount, currency, order_id }, deadline) =>
      post("charge", "/charges", { id, amount, currency, order_id }, deadline),
    cancel: ({ id, amount, currency, order_id }, deadline) =>
      post("cancel", `/charges/${id}/cancel`, { amount, currency, order_id }, deadline),
    refund: ({ id, payment_id, amount }, deadline) => post("refund", "/refunds", { id, payment_id, amount }, deadline),
    find: (id, deadline) => get("find-charge", `/charges/${id}`, deadline),
    findRefund: (id, deadline) => get("find-refund", `/refunds/${id}`, deadline),
    async list({ since, after, limit }, deadline) {
      const query = new URLSearchParams({ since: String(since) });
      if (after) query.set("after", after);
      if (limit !== undefined) query.set("limit", String(limit));
      const call = { operation: "list-charges", method: "GET", path: `/charges?${query}` } as const;
      const listed = (await ask(deadline, { ...call, answers: { 200: chargesSchema } })) as readonly WireCharge[];
      return listed.map((charge): ListedCharge => ({ ...charge, created_at: Date.parse(charge.created_at) }));
    },
  };
}
