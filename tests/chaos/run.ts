import { mkdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createAsker } from "./ask.ts";
import { keepBuying } from "./buyers.ts";
import { check } from "./checker/check.ts";
import type { Violation } from "./checker/violation.ts";
import { createFaults } from "./faults.ts";
import { keepShop, stockUp } from "./goods.ts";
import { makePlan, type Plan } from "./plan.ts";
import { quiet } from "./quiet.ts";
import { createRandom } from "./random.ts";
import { createRecords, type Trouble } from "./records.ts";
import { makeReport, type Report } from "./report.ts";
import { createShop, edges, names, type Shop } from "./shop.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly kills: number;
  readonly buyers: number;
  /** For the databases and the processes' logs; must be empty or new. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/**
 * Runs the compiled shop with buyers in it, does to it what the seed says, lets it come to rest, stops it, and checks
 * every promise in its files.
 */
export async function runChaos({ seed, minutes, kills, buyers, folder, say }: ChaosOptions): Promise<Report> {
  mkdirSync(folder, { recursive: true });
  const began = performance.now();
  const plan = makePlan({ seed, durationMs: minutes * 60_000, kills, processes: names, edges });
  const random = createRandom(seed);
  const found: Violation[] = [];
  const trouble: Trouble = (rule, detail) => void found.push({ rule, detail });
  const faults = createFaults(plan.windows, random.fork("faults"));
  const records = createRecords(trouble);
  const shop = await createShop({ folder, faults, random, trouble });
  let over = false;
  const isOver = () => over;
  try {
    await shop.begin(plan.births);
    const goods = await stockUp(shop);
    say(`seed ${seed}: the shop is open, with ${buyers} buyers; the trouble begins`);
    faults.begin();
    const asker = (name: string) => createAsker({ shop, records, random: random.fork(name), isOver });
    const people = Array.from({ length: buyers }, (_, number) => {
      const name = `b${number}`;
      return keepBuying({ name, asker: asker(name), records, goods, random: random.fork(`${name} wishes`), isOver });
    });
    const trip = records.trip("staff");
    people.push(keepShop({ asker: asker("staff"), trip, goods, random: random.fork("staff wishes"), isOver }));
    await carryOut(plan, shop);
    faults.end();
    over = true;
    shop.hangUp();
    await Promise.all(people);
    say("the trouble and the buyers are gone; waiting for quiet");
    await shop.ready();
    const quietSeconds = await quiet(folder);
    const endedAt = Date.now();
    for (const line of await shop.stop()) trouble("a stop ends well", line);
    say("stopped; checking");
    const { violations, books } = await check(folder, records.trips, endedAt);
    const seconds = (performance.now() - began) / 1000;
    return makeReport({
      ...{ seed, seconds, quietSeconds, shop, faults, records, books },
      violations: [...found, ...violations],
    });
  } finally {
    over = true;
    await shop.stop();
  }
}

/** Every strike and pause of the plan at its time; resolves when the last has been carried out and its time is over. */
async function carryOut(plan: Plan, shop: Shop): Promise<void> {
  const began = performance.now();
  const until = (atMs: number) => delay(Math.max(0, atMs - (performance.now() - began)));
  const strikes = plan.strikes.map(async ({ atMs, blows }) => {
    await until(atMs);
    await Promise.all(blows.map((blow) => shop.process(blow.name).strike(blow)));
  });
  const pauses = plan.pauses.map(async ({ atMs, name, forMs }) => {
    await until(atMs);
    await shop.process(name).pause(forMs);
  });
  await Promise.all([...strikes, ...pauses, until(plan.durationMs)]);
}
