import { setTimeout as delay } from "node:timers/promises";
import { type Asker, isYes } from "./ask.ts";
import type { Random } from "./random.ts";
import type { Trip } from "./records.ts";
import type { Shop } from "./shop.ts";

/** A product as the buyers think it is. Prices on the wire. */
export interface Good {
  readonly id: number;
  price: number;
}

/** Most in plenty, one that is scarce, one too dear for the provider, and one whose price moves. */
const assortment = [
  { sku: "SCARCE", price: 35.25, stock: 20 },
  { sku: "MOODY", price: 12, stock: 1_000_000 },
  { sku: "DEAR", price: 4500, stock: 1_000_000 },
  ...[0.99, 9.99, 20, 35, 49.9, 77.77, 149.5, 210].map((price) => ({ sku: `PLAIN-${price}`, price, stock: 1_000_000 })),
] as const;
const scarce = 0;
const moody = 1;

/** Puts the goods on sale before anything goes wrong. */
export async function stockUp(shop: Shop): Promise<readonly Good[]> {
  const goods: Good[] = [];
  for (const { sku, price, stock } of assortment) {
    const response = await fetch(`${shop.urlOf("catalog")}/products`, {
      method: "POST",
      headers: { "X-API-Key": shop.key, "Content-Type": "application/json" },
      body: JSON.stringify({ sku, name: sku, price, stock }),
    });
    if (response.status !== 201) throw new Error(`${sku} was not taken: ${await response.text()}`);
    const { id } = (await response.json()) as { id: number };
    goods.push({ id, price });
  }
  return goods;
}

/** One who brings in more of what is scarce, and moves a price, for as long as the run lasts. */
export async function keepShop(deps: {
  asker: Asker;
  trip: Trip;
  goods: readonly Good[];
  random: Random;
  isOver: () => boolean;
}): Promise<void> {
  const { asker, trip, goods, random, isOver } = deps;
  for (let round = 1; !isOver(); round += 1) {
    await asker.insist(trip, {
      what: "deliver",
      service: "catalog",
      method: "POST",
      path: `/products/${goods[scarce]?.id}/stock-adjustments`,
      body: { delta: random.int(1, 30), reason: `delivery ${round}` },
      key: `delivery-${round}`,
      reason: `delivery ${round}`,
    });
    const priced = goods[moody];
    const price = random.int(1000, 1400) / 100;
    if (priced && random.chance(0.3)) {
      const changed = await asker.once(trip, {
        what: "price",
        service: "catalog",
        method: "PATCH",
        path: `/products/${priced.id}`,
        headers: { "If-Match": "*" },
        body: { price },
      });
      // Whether a lost one was changed is for the buyers to find out.
      if (isYes(changed)) priced.price = price;
    }
    await delay(random.int(300, 1500));
  }
}
