import type { EventEmitter } from "node:events";
import type { Database } from "../database/database.ts";
import { createLogger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import {
  createOutbox,
  type Delivery,
  type Destination,
  type Message,
  type Outbox,
  type OutboxRow,
} from "../outbox/outbox.ts";
import { type RequestContext, remaining } from "../request-context.ts";
import { eventually } from "./eventually.ts";
import { type FakePeer, startFakePeer } from "./fake-peer.ts";
import { openTestDatabase } from "./open-test-database.ts";

export type OutboxSetup = Awaited<ReturnType<typeof setUpOutbox>>;

interface OutboxOptions {
  readonly destinations?: Readonly<Record<string, Partial<Destination>>>;
  readonly database?: Database;
  readonly soleOwner?: boolean;
  readonly pollMs?: number;
  readonly wakeEveryMs?: number;
  readonly now?: () => number;
}

/** A store in a real file, a receiver behind a real socket, and outboxes between them. */
export async function setUpOutbox(file?: string) {
  const database = await openTestDatabase([], file);
  const receiver = await startFakePeer();
  receiver.on("POST", "/:destination", { status: 200, body: {} });
  const outboxes: Outbox[] = [];

  function outboxWith({ destinations = { order: {} }, ...options }: OutboxOptions = {}): Outbox {
    const outbox = createOutbox({
      database,
      log: createLogger("test", "silent"),
      metrics: createMetrics("test", "0"),
      pollMs: 20,
      wakeEveryMs: 20,
      ...options,
      destinations: Object.fromEntries(
        Object.entries(destinations).map(([name, own]) => [
          name,
          { timeoutMs: 10_000, delayS: () => 0.02, deliver: post(receiver), ...own },
        ]),
      ),
    });
    outboxes.push(outbox);
    return outbox;
  }

  const append = (outbox: Outbox, messages: readonly Message[]): Promise<readonly OutboxRow[]> =>
    database.write((trx) => outbox.append(trx, messages));

  return {
    database,
    receiver,
    outboxWith,
    append,
    /** Rows as a process that died some minutes ago left them: waiting, with leases that are over. */
    leave: (messages: readonly Message[], destinations: readonly string[] = ["order"]) =>
      append(
        outboxWith({
          destinations: Object.fromEntries(destinations.map((name) => [name, {}])),
          now: () => Date.now() - 180_000,
        }),
        messages,
      ),
    /** Every statement that reaches the file from now on, as its text. */
    async statements(): Promise<string[]> {
      const seen: string[] = [];
      const see = ({ sql }: { sql: string }) => void seen.push(sql);
      database.read.on("query", see);
      await database.write(async (trx) => void (trx.client as EventEmitter).on("query", see));
      return seen;
    },
    async close(): Promise<void> {
      await receiver.close();
      for (const outbox of outboxes) await outbox.stop();
      await database.close();
    },
  };
}

/** Messages of one aggregate after another: `messages("a", 1, 2)`. */
export const messages = (aggregate: string, ...numbers: readonly number[]): Message[] =>
  numbers.map((number) => ({
    destination: "order",
    aggregate,
    type: "test",
    payload: { name: `${aggregate}${number}` },
  }));

/** The names of what arrived, in the order of arrival. */
export const arrived = (receiver: FakePeer): string[] =>
  receiver.requests.map(({ body }) => (body as { name: string }).name);

/** Once nothing waits any more. */
export const drained = (outbox: Outbox, withinMs?: number): Promise<true> =>
  eventually(async () => (await outbox.stats()).waiting === 0, withinMs);

/** Delivers to the receiver as services do: under the row's id, with what the receiver says about when to come back. */
export const post =
  ({ url }: Pick<FakePeer, "url">) =>
  async ({ id, destination, payload }: OutboxRow, context: RequestContext): Promise<Delivery> => {
    const answer = await fetch(`${url}/${destination}`, {
      method: "POST",
      headers: { "webhook-id": id },
      body: JSON.stringify(payload),
      signal: AbortSignal.timeout(Math.max(1, Math.floor(remaining(context)))),
    });
    await answer.text();
    if (answer.ok) return { delivered: true, result: answer.status };
    const retryAfterS = Number(answer.headers.get("retry-after") ?? 0);
    const failed = { delivered: false, error: `answered ${answer.status}`, retryAfterS } as const;
    return answer.status === 410 ? { ...failed, dead: true } : failed;
  };
