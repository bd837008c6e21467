import {
  type Currency,
  createBatcher,
  failOpen,
  giveUpAt,
  type Metrics,
  moneySchema,
  type Peer,
  PeerUnavailable,
  type RequestContext,
} from "@shop/platform";
import joi from "joi";
import type { Product, Verdict, Verdicts } from "./line-check.ts";

export type CatalogClient = ReturnType<typeof createCatalogClient>;

interface Question {
  readonly ids: readonly number[];
  readonly context: RequestContext;
  /** When the asker stops waiting, on the clock of `performance.now()`. */
  readonly until: number;
  /** Does what the answer is wanted for; never rejects. */
  serve(verdicts: Promise<Verdicts>): Promise<void>;
}

const operation = "list-products";
const idsPerCall = 100;
/** Questions wait at most this long for those before them: a catalog that hangs must not make them stand in line. */
const patienceMs = 50;
/** Who was just answered may come back at once: this much later the next call serves these too, which halves the calls. */
const lingerMs = 1;

/**
 * The cart's view of the catalog. Questions share a call with all that came while those before them were served, up to
 * the writing of what they changed: so calls are few, and their askers write together too. An answer serves only those
 * who asked before the call was made, so that nothing stale is ever used.
 */
export function createCatalogClient(options: { peer: Peer; unit: Currency; metrics: Metrics; now: () => number }) {
  const { peer, unit, metrics, now } = options;
  const answers = { 200: productsSchema(unit) };

  const questions = createBatcher<Question, undefined>({
    max: 128,
    async run(asked) {
      const verdicts = askAll(asked);
      const patience = delay(patienceMs);
      await Promise.race([Promise.all(asked.map((question) => question.serve(verdicts))), patience.over]);
      patience.cancel();
      await delay(lingerMs).over;
      return asked.map(() => undefined);
    },
  });

  async function askAll(asked: readonly Question[]): Promise<Verdicts> {
    const ids = [...new Set(asked.flatMap((question) => question.ids))].sort((a, b) => a - b);
    const until = Math.max(...asked.map((question) => question.until));
    const context = { ...(asked[0] as Question).context, deadline: until };
    const calls: Promise<(readonly [number, Verdict])[]>[] = [];
    for (let at = 0; at < ids.length; at += idsPerCall) calls.push(ask(context, ids.slice(at, at + idsPerCall)));
    return new Map((await Promise.all(calls)).flat());
  }

  async function ask(context: RequestContext, ids: readonly number[]): Promise<(readonly [number, Verdict])[]> {
    const path = `/products?ids=${ids.join(",")}`;
    const { status, body } = await peer.call(context, { operation, method: "GET", path, answers });
    if (status !== 200) throw unavailable("garbage", String(status));
    const products = new Map((body as Product[]).map((product) => [product.id, product]));
    const at = now();
    return ids.map((id) => [id, { product: products.get(id), at }]);
  }

  const unavailable = (reason: "garbage" | "timeout", detail: string) =>
    new PeerUnavailable(peer.name, operation, { reason, detail });

  async function orNone(context: RequestContext, answer: Promise<Verdicts>): Promise<Verdicts | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      failOpen(metrics, context, error, "the cart is served without the catalog");
      return undefined;
    }
  }

  return {
    /**
     * Goes on with what the catalog says of each of these products now; with undefined when it cannot be asked, which is
     * counted. `until` may end the wait before the request's deadline. Resolves and rejects as `use` does.
     */
    ask<T>(
      context: RequestContext,
      ids: readonly number[],
      use: (verdicts: Verdicts | undefined) => Promise<T>,
      until = context.deadline,
    ): Promise<T> {
      return new Promise((resolve, reject) => {
        const serve = (verdicts: Promise<Verdicts>) =>
          orNone(context, settledBy(until, verdicts)).then(use).then(resolve, reject);
        questions.add({ ids, context, until, serve }).catch(reject);
      });
    },
  };

  /** Several share a call, each with its own time. */
  function settledBy<T>(until: number, answer: Promise<T>): Promise<T> {
    const late = delay(giveUpAt(until) - performance.now());
    const timeout = late.over.then(() => Promise.reject(unavailable("timeout", "shared-call")));
    return Promise.race([answer, timeout]).finally(late.cancel);
  }
}

/** A catalog of another currency is not one to take prices from. Its other fields are none of ours. */
const productsSchema = (unit: Currency): joi.Schema =>
  joi.array().items(
    joi.object({
      id: joi.number().integer().required(),
      sku: joi.string().allow("").required(),
      name: joi.string().allow("").required(),
      price: moneySchema(unit, 0).required(),
      currency: joi.string().valid(unit.code).required(),
      available: joi.number().integer().min(0).required(),
      active: joi.boolean().required(),
    }),
  );

function delay(ms: number): { over: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms));
  });
  return { over, cancel: () => clearTimeout(timer) };
}
