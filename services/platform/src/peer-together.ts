import joi from "joi";
import { createBatcher } from "./batcher.ts";
import { type Peer, PeerUnavailable } from "./peer.ts";
import { Problem } from "./problem.ts";
import { giveUpAt, type RequestContext, remaining } from "./request-context.ts";

/** One result of a batch: what the call for its item alone would have answered. */
export interface TogetherEntry {
  readonly status: number;
  readonly problem?: { readonly code: string; readonly detail: string };
}

interface Asked<Item> {
  readonly context: RequestContext;
  readonly item: Item;
}

/**
 * Makes one call to a peer of what waits while the call before is under way. The peer answers 200 `{results: [...]}`, one
 * entry an item in the order of the items, each with its item's key. Each asker waits no longer than its own deadline.
 * `ask` answers with the entry; it throws the Problem that the peer has with this one item, or PeerUnavailable, also when
 * only its own entry is a 5xx.
 */
export function createTogether<Item, Answered extends TogetherEntry>(options: {
  readonly peer: Peer;
  readonly operation: string;
  readonly path: string;
  /** The field of an item that its entry repeats. */
  readonly key: string & keyof Item;
  readonly max: number;
  /** More than one, so that a call that hangs does not hold up all that comes after it. */
  readonly concurrency: number;
  /** How long a call may wait for more to carry: see createBatcher. */
  readonly gatherMs: number;
  /** What an entry holds beside its key, `status` and `problem`. */
  readonly entry: joi.ObjectSchema;
  bodyOf(items: readonly Item[]): unknown;
  /** How much of a call an item takes up, and how much there may be in one, so that its body is not too large. */
  readonly weight?: { of(item: Item): number; readonly max: number };
}) {
  const { peer, operation, path, key, weight = { of: () => 1, max: options.max } } = options;
  const entry = options.entry.append({
    [key]: joi.string().required(),
    status: joi.number().integer().required(),
    problem: joi.object({ code: joi.string().required(), detail: joi.string().required() }),
  });
  const answers = { 200: joi.object({ results: joi.array().items(entry).required() }) };
  const unavailable = (reason: "timeout" | "garbage" | "failing", detail: string) =>
    new PeerUnavailable(peer.name, operation, { reason, detail });

  async function call(asked: readonly Asked<Item>[]): Promise<readonly (Answered | Error)[]> {
    const body = options.bodyOf(asked.map(({ item }) => item));
    const call = { operation, method: "POST", path, body, idempotent: true, answers } as const;
    const answer = await peer.call(sharedContext(asked), call);
    if (answer.status !== 200) throw unavailable("garbage", `${answer.status} for the whole batch`);
    const { results } = answer.body as { results: readonly (Answered & Partial<Item>)[] };
    return asked.map(({ item }, index) => {
      const entry = results[index];
      if (entry === undefined || entry[key] !== item[key]) return unavailable("garbage", "a result of another item");
      if (entry.status >= 500) return unavailable("failing", `${entry.status} for one of a batch`);
      return entry.problem ? problemOf(entry.status, entry.problem) : entry;
    });
  }

  const batch = createBatcher<Asked<Item>, Answered>({
    max: options.max,
    concurrency: options.concurrency,
    gatherMs: options.gatherMs,
    async run(asked) {
      const inTime = asked.filter(({ context }) => remaining(context) > 0);
      const calls = split(inTime, ({ item }) => weight.of(item), weight.max);
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
  return { ...first.context, deadline: Math.max(...asked.map(({ context }) => context.deadline)) };
}

function problemOf(status: number, { code, detail, ...members }: { code: string; detail: string }): Problem {
  return new Problem(status, code, detail, members);
}

/** Gives up a little before the deadline, so that the asker can still answer without the peer. */
function inTime<Answered>(context: RequestContext, answer: Promise<Answered>, late: () => Error): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), Math.max(0, giveUpAt(context.deadline) - performance.now()));
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
