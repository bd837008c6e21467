import { type Answered, createBatcher, createRowCache, type Database, overloaded } from "@shop/platform";
import type { Cart } from "./cart.ts";
import { CartMoved, createCartStore } from "./cart-store.ts";

export type Carts = ReturnType<typeof createCarts>;

/** A change of some carts, which are kept or refused together. */
interface Waiting {
  readonly userIds: readonly string[];
  /** Gets the carts of `userIds` and returns them changed; throws to refuse. Runs anew when a cart was moved underneath. */
  readonly change: (carts: readonly Cart[]) => readonly Cart[];
  readonly deadline: number;
  /** Told the carts as changed: the answers to keep together with them. */
  readonly answers?: ((carts: readonly Cart[]) => readonly Answered[]) | undefined;
}

/** What is answered once the cart is stored so. */
export type Answers = (cart: Cart) => readonly Answered[];

const cachedCarts = 10_000;
const attempts = 3;

/**
 * All carts, kept exactly in process as far as they were used lately. Changes that wait together are applied one after
 * another, to the same cart too, and written by one unit of work; one that is refused leaves the others alone.
 */
export function createCarts(options: { database: Database; now: () => number; queueLimit: number }) {
  const { database, now, queueLimit } = options;
  const store = createCartStore(database);
  const cache = createRowCache<string, Cart>({ max: cachedCarts });
  database.onReset(cache.clear);
  const loads = createBatcher<string, Cart>({ max: 64, concurrency: 4, queueLimit, run: store.load });
  const changes = createBatcher<Waiting, readonly Cart[]>({ max: 64, queueLimit, run });

  async function run(waiting: readonly Waiting[]): Promise<readonly (readonly Cart[] | Error)[]> {
    for (let left = attempts; left > 0; left--) {
      try {
        return await applyAll(waiting);
      } catch (error) {
        if (!(error instanceof CartMoved)) throw error;
        for (const { userIds } of waiting) for (const userId of userIds) cache.drop(userId);
      }
    }
    throw overloaded("The cart is being changed by too many at once. Try again shortly.");
  }

  async function applyAll(waiting: readonly Waiting[]): Promise<readonly (readonly Cart[] | Error)[]> {
    const deadline = Math.max(...waiting.map((each) => each.deadline));
    const done = await store.inTransaction(
      async (unit) => {
        const before = await known(unit.load, waiting);
        const after = new Map(before);
        const results = waiting.map((each) => apply(each, after));
        const changed = [...after.values()].flatMap((cart) => {
          const earlier = before.get(cart.userId);
          return earlier && earlier !== cart ? [{ before: earlier, after: cart }] : [];
        });
        await unit.save(changed);
        await unit.keepAnswers(
          waiting.flatMap(({ answers }, index) => {
            const carts = results[index];
            return answers && Array.isArray(carts) ? answers(carts) : [];
          }),
        );
        return { results, changed };
      },
      {
        deadline,
        committed({ changed }) {
          for (const { after } of changed) cache.put(after.userId, after);
        },
      },
    );
    return done.results;
  }

  /** The carts that are to be changed: from the cache, and the rest by one statement. */
  async function known(load: (userIds: string[]) => Promise<Cart[]>, waiting: readonly Waiting[]) {
    const found = new Map<string, Cart>();
    const missing = new Set<string>();
    for (const userId of waiting.flatMap((each) => each.userIds)) {
      const cached = cache.peek(userId);
      if (cached) found.set(userId, cached);
      else missing.add(userId);
    }
    for (const cart of await load([...missing])) found.set(cart.userId, cart);
    return found;
  }

  /** What the change makes of the carts goes into `book`, at their next versions, unless it refuses. */
  function apply({ userIds, change, deadline }: Waiting, book: Map<string, Cart>): readonly Cart[] | Error {
    if (deadline < performance.now()) return overloaded("The time for this request was up before its turn came.");
    const before = userIds.flatMap((userId) => book.get(userId) ?? []);
    try {
      const after = change(before).map((cart, index) => {
        const earlier = before[index];
        if (earlier === undefined || cart === earlier) return cart;
        return { ...cart, version: earlier.version + 1, updatedAt: now() };
      });
      for (const cart of after) book.set(cart.userId, cart);
      return after;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  return {
    /** The checkouts whose outcome is not known, of carts that nobody has changed since then; longest ago first. */
    unsettled: store.unsettled,
    /** Removes the cart and all that is in it, as if it had never been; says how many carts that were: 0 or 1. */
    erase: (userId: string, deadline: number): Promise<number> =>
      store.inTransaction((unit) => unit.erase(userId), { deadline, committed: () => cache.drop(userId) }),
    get: (userId: string): Promise<Cart> => cache.get(userId, () => loads.add(userId)),
    /**
     * Changes one cart; answers once it is stored. A change that returns what it got writes nothing. Without a deadline
     * (on the clock of `performance.now()`) it is carried out however long that takes. `answers` are kept in its unit.
     */
    async change<T extends Cart>(
      userId: string,
      change: (cart: Cart) => T,
      deadline = Infinity,
      answers?: Answers,
    ): Promise<T> {
      const one = ([cart]: readonly Cart[]) => [change(cart as Cart)];
      const [after] = await changes.add({ userIds: [userId], change: one, deadline, answers: toldLast(answers) });
      return after as T;
    },
    /** Changes two different carts in one unit of work; `answers` is told the second. */
    async changeBoth(
      first: string,
      second: string,
      change: (first: Cart, second: Cart) => readonly [Cart, Cart],
      deadline = Infinity,
      answers?: Answers,
    ): Promise<readonly [Cart, Cart]> {
      const userIds = [first, second];
      const both = ([one, other]: readonly Cart[]) => change(one as Cart, other as Cart);
      return (await changes.add({ userIds, change: both, deadline, answers: toldLast(answers) })) as readonly [
        Cart,
        Cart,
      ];
    },
  };
}

const toldLast = (answers: Answers | undefined): Waiting["answers"] =>
  answers && ((carts) => answers(carts.at(-1) as Cart));
