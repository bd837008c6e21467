import { createBatcher, type Peer, PeerUnavailable, Problem, type RequestContext, remaining } from "@shop/platform";
import joi from "joi";

/** One entry of a batch's answer: what the call for this order alone would have answered. */
export interface Entry {
  readonly order_id: string;
  readonly status: number;
  readonly problem?: { readonly code: string; readonly detail: string };
}

export const entrySchema = joi.object({
  order_id: joi.string().required(),
  status: joi.number().integer().required(),
  problem: joi.object({ code: joi.string().required(), detail: joi.string().required() }),
});

interface Asked<Item> {
  readonly context: RequestContext;
  readonly item: Item;
}

/**
 * Makes one call to a peer of what waits while the call before is under way. Each asker waits no longer than its own
 * deadline. `ask` throws PeerUnavailable, or the Problem that the peer has with this one order.
 */
export function createTogether<Item extends { readonly order_id: string }, Answered extends Entry>(options: {
  readonly peer: Peer;
  readonly operation: string;
  readonly path: string;
  readonly max: number;
  readonly concurrency: number;
  /** How long a call may wait for more to carry: see createBatcher. */
  readonly gatherMs: number;
  /** What the results must look like; the entry's common fields are in `entrySchema`. */
  readonly entry: joi.ObjectSchema;
  bodyOf(items: readonly Item[]): unknown;
  /** How much of a call an item takes up, and how much there may be in one, so that its body is not too large. */
  weightOf(item: Item): number;
  readonly maxWeight: number;
}) {
  const { peer, operation, path } = options;
  const answers = { 200: joi.object({ results: joi.array().items(options.entry).required() }) };
  const unavailable = (reason: "timeout" | "garbage" | "failing", detail: string) =>
    new PeerUnavailable(peer.name, operation, { reason, detail });

  async function call(asked: readonly Asked<Item>[]): Promise<readonly (Answered | Error)[]> {
    const body = options.bodyOf(asked.map(({ item }) => item));
    const answer = await peer.call(sharedContext(asked), {
      operation,
      method: "POST",
      path,
      body,
      idempotent: true,
      answers,
    });
    if (answer.status !== 200) throw unavailable("garbage", `${answer.status} for the whole batch`);
    const { results } = answer.body as { results: readonly Answered[] };
    const byOrder = new Map(results.map((entry) => [entry.order_id, entry]));
    return asked.map(({ item }) => {
      const entry = byOrder.get(item.order_id);
      if (!entry) return unavailable("garbage", "an order without a result");
      if (entry.status >= 500) return unavailable("failing", `${entry.status} for one order`);
      return entry.problem ? problemOf(entry.status, entry.problem) : entry;
    });
  }

  const batch = createBatcher<Asked<Item>, Answered>({
    max: options.max,
    concurrency: options.concurrency,
    gatherMs: options.gatherMs,
    async run(asked) {
      const inTime = asked.filter(({ context }) => remaining(context) > 0);
      const calls = split(inTime, ({ item }) => options.weightOf(item), options.maxWeight);
      const answered = calls.map((each) => call(each).catch((error) => each.map(() => error as Error)));
      const results = (await Promise.all(answered)).flat();
      const byAsked = new Map(inTime.map((each, index) => [each, results[index]]));
      return asked.map((each) => byAsked.get(each) ?? unavailable("timeout", "its turn came too late"));
    },
  });

  return {
    ask: (context: RequestContext, item: Item): Promise<Answered> =>
      inTime(context, batch.add({ context, item }), () => unavailable("timeout", "shared-call")),
  };
}

/** Consecutive groups of at most `max` together; one alone may weigh more. */
function split<Item>(items: readonly Item[], weightOf: (item: Item) => number, max: number): Item[][] {
  const groups: Item[][] = [];
  let weight = Number.POSITIVE_INFINITY;
  for (const item of items) {
    weight += weightOf(item);
    if (weight > max) {
      groups.push([]);
      weight = weightOf(item);
    }
    groups.at(-1)?.push(item);
  }
  return groups;
}

/** The peer is given the time of the most patient; the first asker's request id stands for all. */
function sharedContext(asked: readonly Asked<unknown>[]): RequestContext {
  const [first] = asked as [Asked<unknown>];
  const { requestId, traceparent, caller, log } = first.context;
  return { requestId, traceparent, caller, log, deadline: Math.max(...asked.map(({ context }) => context.deadline)) };
}

function problemOf(status: number, { code, detail, ...members }: { code: string; detail: string }): Problem {
  return new Problem(status, code, detail, members);
}

/** Gives up a little before the deadline, so that the asker can still answer without the peer. */
function inTime<Answered>(context: RequestContext, answer: Promise<Answered>, late: () => Error): Promise<Answered> {
  const left = remaining(context);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), Math.max(0, left - Math.min(150, left * 0.2)));
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
