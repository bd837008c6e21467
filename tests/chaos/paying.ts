import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Asker, isYes, type Wish } from "./ask.ts";
import type { Random } from "./random.ts";
import type { Entry, Trip } from "./records.ts";

/** How buyers pay: mostly well, sometimes twice at once, for a wrong amount, an order that never was, or while they cancel. */
export function createPaying(asker: Asker, random: Random) {
  const payment = (order: Pick<Entry, "id">, amount: number, key: string | undefined): Wish => ({
    what: "pay",
    service: "payment",
    method: "POST",
    path: `/pay?order_id=${order.id}&amount=${amount / 100}`,
    ...(key === undefined ? {} : { key }),
  });
  const cancel = (trip: Trip, order: Entry) =>
    asker.insist(trip, {
      what: "cancel",
      service: "order",
      method: "POST",
      path: `/orders/${order.id}/cancel`,
      ...(random.chance(0.5) ? { key: `cancel-${trip.user}` } : {}),
    });

  /** The payment when the order is paid, as far as the buyer can see. */
  async function payWell(trip: Trip, order: Entry): Promise<Entry | undefined> {
    const key = random.chance(0.8) ? `pay-${trip.user}` : undefined;
    const wish = payment(order, order.total ?? 0, key);
    const twice = random.chance(0.1);
    const [paid] = await Promise.all([asker.insist(trip, wish), ...(twice ? [asker.insist(trip, wish)] : [])]);
    if (!paid || !isYes(paid)) return undefined;
    for (let looks = 0; paid.status === 202 && looks < 10; looks += 1) {
      await delay(random.int(100, 500));
      const seen = await asker.once(trip, {
        what: "look",
        service: "order",
        method: "GET",
        path: `/orders/${order.id}`,
      });
      if (seen.state === "PAID") return paid;
      if (seen.state !== undefined && seen.state !== "PENDING") return undefined;
    }
    return paid.status === 200 ? paid : undefined;
  }

  return async (trip: Trip, order: Entry): Promise<Entry | undefined> => {
    const whim = random.next();
    if (whim < 0.08) return undefined;
    if (whim < 0.16) {
      await cancel(trip, order);
      if (random.chance(0.5)) await payWell(trip, order);
      return undefined;
    }
    if (whim < 0.22) await asker.once(trip, payment(order, (order.total ?? 0) + 100, undefined));
    else if (whim < 0.25) await asker.once(trip, payment({ id: randomUUID() }, 1000, undefined));
    else if (whim < 0.33) return (await Promise.all([payWell(trip, order), cancel(trip, order)]))[0];
    return payWell(trip, order);
  };
}
