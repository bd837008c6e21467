import type { Background } from "../background.ts";
import type { Logger } from "../log.ts";
import { backgroundContext, type RequestContext } from "../request-context.ts";
import type { Bookkeeping } from "./bookkeeping.ts";
import type { OutboxRow, OutboxState, Settlement } from "./outbox-store.ts";
import { delayAfter } from "./schedule.ts";

/** What came of a try. */
export type Delivery =
  | { readonly delivered: true; readonly result?: unknown }
  | {
      readonly delivered: false;
      /** For the operator; kept with the row, so without anything secret. */
      readonly error: string;
      readonly retryAfterS?: number;
      /** There is no use in trying again. */
      readonly dead?: true;
    };

export interface Destination {
  /** Must settle by the context's deadline. A repetition of what arrived already must do no harm. A throw is a failure. */
  deliver(row: OutboxRow, context: RequestContext): Promise<Delivery>;
  /** Tries under way at once; default 16. */
  readonly concurrency?: number;
  /** Of one try; at most 50 s, because a lease lasts 60 s. */
  readonly timeoutMs: number;
  /** Seconds until the next try of a row so old, after `attempts` of them; undefined for DEAD. Default: schedule.ts. */
  delayS?(attempts: number, ageS: number): number | undefined;
}

export type Lane = ReturnType<typeof createLane>;

interface Entry {
  readonly row: OutboxRow;
  readonly context?: RequestContext | undefined;
  readonly tell?: (outcome: Delivery | "queued") => void;
}

/** Rows that requests may leave here to wait for a slot; more are given back. */
const waitingAtMost = 1024;
const retryAfterAtMostS = 24 * 60 * 60;
const errorAtMost = 500;

/** The tries toward one destination: at most `concurrency` at once, and none waits for another destination's. */
export function createLane(options: {
  readonly name: string;
  readonly destination: Destination;
  readonly books: Bookkeeping;
  readonly background: Background;
  readonly log: Logger;
  readonly wakeEveryMs: number;
  readonly now: () => number;
  readonly attempted: (outcome: "delivered" | "failed" | "dead") => void;
}) {
  const { name, destination, books, background, log, wakeEveryMs, now, attempted } = options;
  const { concurrency = 16, timeoutMs } = destination;
  const delayS =
    destination.delayS?.bind(destination) ?? ((attempts: number, ageS: number) => delayAfter(attempts, ageS));
  const claimedAhead = Math.max(64, 2 * concurrency);
  const queue: Entry[] = [];
  let open = true;
  let relaying = false;
  let inFlight = 0;
  let claiming = false;
  let moreIsDue = false;
  // What a process before this one met is not known: the first success wakes what it left for later.
  let failed = true;
  let wokenAt = Number.NEGATIVE_INFINITY;
  let waking: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Infinity;

  function pump(): void {
    while (open && inFlight < concurrency) {
      const entry = queue.shift();
      if (!entry) break;
      background.start("try a message", () => attempt(entry));
    }
    if (open && relaying && moreIsDue && !claiming && queue.length < claimedAhead / 2)
      background.start("claim messages", refill);
  }

  async function refill(): Promise<void> {
    claiming = true;
    moreIsDue = false;
    try {
      const limit = claimedAhead - queue.length;
      const claimed = await books.claim(name, limit);
      if (claimed.length === limit) moreIsDue = true;
      for (const row of claimed) enter({ row });
    } finally {
      claiming = false;
      pump();
    }
  }

  function enter(entry: Entry): void {
    if (open) queue.push(entry);
    else giveBack(entry);
  }

  function giveBack({ row, tell }: Entry): void {
    tell?.("queued");
    const { due_at } = row;
    background.start("give a message back", async () => {
      await books.settle({ row, state: "WAITING", tries: 0, due_at, last_error: null });
      moreIsDue = true;
    });
  }

  async function attempt({ row, context, tell }: Entry): Promise<void> {
    // Somebody else may take it before a try would end; it comes back by the poll.
    if (row.lease_until - now() < timeoutMs) return tell?.("queued");
    inFlight += 1;
    const began = now();
    const delivery = await outcomeOf(row, context);
    inFlight -= 1;
    const settlement = settlementOf(row, delivery, began);
    tell?.(delivery);
    pump();
    await note(delivery, settlement);
  }

  /** Writes a try down, and goes on with what it makes possible. */
  async function note(delivery: Delivery, settlement: Settlement): Promise<void> {
    const { row, state, due_at, last_error } = settlement;
    attempted(delivery.delivered ? "delivered" : state === "DEAD" ? "dead" : "failed");
    if (state === "DEAD") {
      const { id, type, aggregate } = row;
      log.error({ destination: name, id, type, aggregate, reason: last_error }, "a message is given up");
    }
    const settled = books.settle(settlement);
    if (!delivery.delivered) failed = true;
    else if (failed) wake();
    const next = await settled;
    if (next) enter({ row: next });
    if (state === "WAITING") lookAt(due_at);
    pump();
  }

  async function outcomeOf(row: OutboxRow, context: RequestContext | undefined): Promise<Delivery> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Delivery>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, { delivered: false, error: `no answer within ${timeoutMs} ms` });
    });
    try {
      return await Promise.race([destination.deliver(row, contextOf(context)), late]);
    } catch (error) {
      log.warn({ err: error, destination: name, id: row.id }, "a try of a message threw");
      return { delivered: false, error: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** The request's names but the lane's time: a try is not cut short because the request that began it is answered. */
  function contextOf(asked: RequestContext | undefined): RequestContext {
    if (!asked) return backgroundContext(log, timeoutMs, "outbox");
    const { requestId, traceparent, caller } = asked;
    const deadline = performance.now() + timeoutMs;
    return {
      ...{ requestId, traceparent, caller, deadline },
      get log() {
        return asked.log;
      },
    };
  }

  function settlementOf(row: OutboxRow, delivery: Delivery, began: number): Settlement {
    const settlement = (state: OutboxState, due_at: number): Settlement => {
      const last_error = delivery.delivered ? null : delivery.error.slice(0, errorAtMost);
      return { row, state, tries: 1, due_at, last_error };
    };
    if (delivery.delivered) return settlement("DELIVERED", row.due_at);
    const ageS = (now() - row.created_at) / 1000;
    const scheduled = delivery.dead ? undefined : delayS(row.attempts + 1, ageS);
    if (scheduled === undefined) return settlement("DEAD", row.due_at);
    // Begun before the destination was known to be back: its failure is old news.
    const delay = began < wokenAt ? Math.min(scheduled, delayS(1, 0) ?? scheduled) : scheduled;
    const asked = Math.min(delivery.retryAfterS ?? 0, retryAfterAtMostS);
    return settlement("WAITING", Math.ceil(now() + Math.max(delay, asked) * 1000));
  }

  /** A claim is made at that time; the poll finds whatever else becomes due. */
  function lookAt(at: number): void {
    if (!open || !relaying || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(
      () => {
        timerAt = Infinity;
        look();
      },
      // A timer may be a little early on this clock.
      Math.max(0, at - now()) + 2,
    );
  }

  function look(): void {
    moreIsDue = true;
    pump();
  }

  /** At once, or when the time since the last wake is over: a message that alone fails shall not be tried without pause. */
  function wake(): void {
    if (!open || !relaying || waking) return;
    failed = false;
    const begin = (): void => {
      waking = undefined;
      wokenAt = now();
      background.start("wake messages", async () => {
        await books.wake(name);
        look();
      });
    };
    // The clock may have been set back.
    const restMs = Math.min(wakeEveryMs, wokenAt + wakeEveryMs - now());
    if (restMs <= 0) begin();
    else waking = setTimeout(begin, restMs);
  }

  return {
    /** Tries a leased row as soon as there is a slot. Never rejects. */
    dispatch: (row: OutboxRow, context: RequestContext | undefined): Promise<Delivery | "queued"> =>
      new Promise((tell) => {
        const entry = { row, context, tell };
        if (!open) return tell("queued");
        if (queue.length >= waitingAtMost) return giveBack(entry);
        queue.push(entry);
        pump();
      }),
    /** Makes all that waits due. */
    wake,
    /** Something is due: claims it once there is room. */
    look,
    /** Whether a claim is under way or wanted already. */
    willLook: (): boolean => moreIsDue || claiming,
    inFlight: (): number => inFlight,
    start(): void {
      relaying = true;
    },
    /** Begins nothing more, and gives back what was not begun. */
    stop(): void {
      open = false;
      clearTimeout(timer);
      clearTimeout(waking);
      for (const entry of queue.splice(0)) giveBack(entry);
    },
  };
}
