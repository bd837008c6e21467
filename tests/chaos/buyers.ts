import { setTimeout as delay } from "node:timers/promises";
import { type Asker, isYes, type Wish } from "./ask.ts";
import { afterwards } from "./customer-service.ts";
import type { Good } from "./goods.ts";
import { createPaying } from "./paying.ts";
import type { Random } from "./random.ts";
import type { Entry, Records, Trip } from "./records.ts";

/** Goes shopping again and again, each time as somebody new with one wish, until the run is over. */
export async function keepBuying(deps: {
  name: string;
  asker: Asker;
  records: Records;
  goods: readonly Good[];
  random: Random;
  isOver: () => boolean;
}): Promise<void> {
  const { name, asker, records, goods, random, isOver } = deps;
  const pay = createPaying(asker, random);
  for (let number = 1; !isOver(); number += 1) {
    const trip = records.trip(`${name}-${number}`);
    const lines = random.some(goods, random.pick([1, 1, 2, 3])).map((good) => ({ good, quantity: random.int(1, 3) }));
    const order = await (random.chance(0.5) ? orderAtOnce(trip, lines) : fillCart(trip, lines));
    if (order.state === "PENDING" && order.id !== undefined && !isOver()) {
      const payment = await pay(trip, order);
      if (payment && !isOver()) await afterwards({ trip, order, payment, asker, random });
    }
    await delay(random.int(10, 200));
  }

  type Lines = readonly { readonly good: Good; readonly quantity: number }[];

  async function orderAtOnce(trip: Trip, lines: Lines): Promise<Entry> {
    trip.wanted = new Map(lines.map(({ good, quantity }) => [good.id, quantity]));
    trip.allowedOrders = 1;
    const wish = {
      what: "order",
      service: "order",
      method: "POST",
      path: `/orders?user_id=${trip.user}`,
      body: lines.map(({ good, quantity }) => ({ product_id: good.id, quantity, price: good.price })),
    } as const;
    return random.chance(0.85)
      ? asker.insist(trip, { ...wish, key: `order-${trip.user}` })
      : // Without a key a repetition would be another order.
        asker.once(trip, wish);
  }

  async function fillCart(trip: Trip, lines: Lines): Promise<Entry> {
    for (const { good, quantity } of lines) {
      const added = await asker.insist(trip, {
        what: "add",
        service: "cart",
        method: "POST",
        path: `/cart/${trip.user}/add?product_id=${good.id}&quantity=${quantity}`,
        key: `add-${trip.user}-${good.id}`,
      });
      if (isYes(added)) trip.wanted?.set(good.id, quantity);
      else if (added.status === undefined || added.status >= 500) trip.wanted = undefined;
    }
    trip.allowedOrders = 1;
    const wish: Wish = {
      what: "checkout",
      service: "cart",
      method: "POST",
      path: `/cart/${trip.user}/checkout`,
      ...(random.chance(0.85) ? { key: `checkout-${trip.user}` } : {}),
    };
    const answered = await asker.insist(trip, wish);
    if (answered.code !== "price-changed") return answered;
    // The new price is shown with the refusal; who agrees to it has another intent, and so another key.
    return asker.insist(trip, { ...wish, ...(wish.key === undefined ? {} : { key: `${wish.key}-agreed` }) });
  }
}
