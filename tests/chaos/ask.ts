import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "./random.ts";
import type { Answer, Entry, Records, Trip } from "./records.ts";
import type { Shop } from "./shop.ts";

export interface Wish {
  /** What the buyer calls it in its record. */
  readonly what: string;
  readonly service: "catalog" | "cart" | "order" | "payment";
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as Idempotency-Key. */
  readonly key?: string;
  readonly reason?: string;
}

export type Asker = ReturnType<typeof createAsker>;

/** Somewhat longer than the services give themselves. */
const patienceMs = 3000;

/** How buyers talk to the shop: once, or again and again until there is an answer. */
export function createAsker(deps: { shop: Shop; records: Records; random: Random; isOver: () => boolean }) {
  const { shop, records, random, isOver } = deps;

  async function send({ service, method, path, body, headers, key }: Wish): Promise<Answer | undefined> {
    try {
      const response = await fetch(`${shop.urlOf(service)}${path}`, {
        method,
        headers: {
          "X-API-Key": shop.key,
          ...headers,
          ...(key === undefined ? {} : { "Idempotency-Key": key }),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patienceMs),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch {
      return undefined;
    }
  }

  async function once(trip: Trip, wish: Wish): Promise<Entry> {
    const { what, key, reason } = wish;
    const request = { what, ...(key === undefined ? {} : { key }), ...(reason === undefined ? {} : { reason }) };
    return records.note(trip, request, await send(wish));
  }

  return {
    once,
    /** Until the answer is one: a lost answer, a 5xx and a claim in flight are asked again, while the run lasts. */
    async insist(trip: Trip, wish: Wish): Promise<Entry> {
      for (let tries = 1; ; tries += 1) {
        const entry = await once(trip, wish);
        const open = entry.status === undefined || entry.status >= 500 || entry.code === "idempotency-in-flight";
        if (!open || isOver() || tries >= 40) {
          // Some are sent again although they were answered: a browser's reload, a queue that delivers twice.
          if (wish.key !== undefined && isYes(entry) && random.chance(0.15)) await once(trip, wish);
          return entry;
        }
        await delay(random.int(50, 300) * Math.min(tries, 4));
      }
    },
  };
}

/** Whether the shop said yes. */
export const isYes = ({ status }: Entry): boolean => status !== undefined && status < 300;
