import { backgroundContext, overloaded } from "@shop/platform";
import { createLogger } from "@shop/platform/testing";
import type { ChangeOrder } from "../change-order.ts";
import { placedOrder } from "../order-events.ts";
import { placed } from "../testing/placed.ts";
import { createExpireOrders } from "./expire-orders.ts";
import { createPaymentWalk } from "./payment-walk.ts";

const context = backgroundContext(createLogger("test", "silent"), 5000);
const order = placedOrder("o1", placed(), 0);

it("ends the others when one order cannot be ended now, and says so", async () => {
  const ended: string[] = [];
  const change: ChangeOrder = async (_, id) => {
    if (id === "o2") throw overloaded("The order is being changed elsewhere. Try again.");
    ended.push(id);
    return { ...order, id, status: "EXPIRED" };
  };
  const sweep = createExpireOrders({
    store: { due: async () => ["o1", "o2", "o3"] },
    change,
    walk: { isHeardOut: () => true },
    startAfterS: 0,
    everyS: 30,
  });
  expect(await sweep.run(context)).toEqual({ found: 3, mended: 2, notes: ["1 could not be ended now"] });
  expect(ended).toEqual(["o1", "o3"]);
});

it("waits for the payments to be heard out, but not for a payment service that is gone", () => {
  let now = 0;
  const walk = createPaymentWalk(() => now);
  now = 1_000_000;
  expect(walk.isHeardOut()).toBe(false);
  walk.begin();
  now += 600_000;
  expect(walk.isHeardOut()).toBe(false);
  now += 1;
  expect(walk.isHeardOut()).toBe(true);
  // It is back: what it has to tell comes first.
  walk.advance("next");
  expect(walk.isHeardOut()).toBe(false);
  walk.advance(undefined);
  expect([walk.isOver(), walk.isHeardOut(), walk.cursor()]).toEqual([true, true, undefined]);
});
