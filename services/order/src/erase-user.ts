import type { RequestContext } from "@shop/platform";
import { v4 } from "uuid";
import type { OrderStore } from "./order-store.ts";

/** In one unit of work, so that nobody waits long behind it. */
const ordersAtOnce = 200;

/**
 * Erases a person: in all of the person's orders and their events the user id becomes a random one, the same in all,
 * from which nobody can tell whose they were. What was sold, paid and refunded stays, as bookkeeping law wants it.
 * Answers kept for idempotency keys may show the id until they are pruned (a day); logs never hold one. Backups made
 * before still do. Answers with how many orders it was; repeated after a failure it goes on.
 */
export const createEraseUser = (store: OrderStore) =>
  async function eraseUser(context: RequestContext, user_id: string): Promise<number> {
    const alias = `erased-${v4()}`;
    let erased = 0;
    for (;;) {
      const renamed = await store.inTransaction((store) => store.renameUser(user_id, alias, ordersAtOnce), context);
      erased += renamed;
      if (renamed < ordersAtOnce) return erased;
    }
  };
