import { createHash } from "node:crypto";

/** One request of a buyer and what came back; `status` is missing when nothing did. */
export interface Entry {
  readonly at: number;
  readonly what: string;
  readonly key?: string;
  readonly status?: number;
  readonly replayed?: true;
  readonly code?: string;
  /** Of the answer's body: an order, a payment or a refund. Money in minor units. */
  readonly id?: string;
  readonly state?: string;
  readonly total?: number;
  readonly reason?: string;
}

/** One wish of one buyer, under a user id that nobody else has, so that what was made of it can be told in any database. */
export interface Trip {
  readonly user: string;
  /** Orders that may exist for it: one when it was asked for under a key, or as often as it was asked for without one. */
  allowedOrders: number;
  /** What the order must contain, product id to quantity; undefined where an unanswered request makes it uncertain. */
  wanted: Map<number, number> | undefined;
  readonly entries: Entry[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Told what must never happen, whatever is done to the shop: the promise, and how it was broken. */
export type Trouble = (rule: string, detail: string) => void;

const oneAnswer = "one key is one answer";

export type Records = ReturnType<typeof createRecords>;

/** What the buyers wrote down. An answer that contradicts an earlier one is reported to `trouble` at once. */
export function createRecords(trouble: Trouble) {
  const trips: Trip[] = [];
  /** The first final answer under each key. */
  const finals = new Map<string, { readonly status: number; readonly digest: string; readonly what: string }>();
  /** What was refused under each key. */
  const refusals = new Map<string, string>();
  const counts = { requests: 0, acknowledged: 0, replays: 0, lost: 0 };

  function compare(key: string, what: string, { status, text }: Answer): void {
    if (!isFinal(status)) return;
    const digest = createHash("sha256").update(text).digest("base64");
    const first = finals.get(key);
    if (!first) finals.set(key, { status, digest, what });
    else if (first.status !== status || first.digest !== digest)
      trouble(oneAnswer, `${what} with the key ${key} was answered ${first.status}, then ${status}: ${text}`);
  }

  /** A request with a key that was answered for good is not refused when it is repeated, nor the other way round. */
  function requireKept(key: string, what: string, answer: Answer): void {
    const { status, text } = answer;
    if (isRefusal(answer)) {
      if (finals.has(key))
        trouble(oneAnswer, `${what} with the key ${key} was answered, then refused with ${status}: ${text}`);
      refusals.set(key, text);
    } else if (isFinal(status) && refusals.has(key))
      trouble(oneAnswer, `${what} with the key ${key} was refused with ${refusals.get(key)}, then answered: ${text}`);
  }

  return {
    trips,
    counts,
    trip(user: string): Trip {
      const trip: Trip = { user, allowedOrders: 0, wanted: new Map(), entries: [] };
      trips.push(trip);
      return trip;
    },
    /** Writes an answer down and returns what the buyer goes by. */
    note(trip: Trip, request: { what: string; key?: string; reason?: string }, answer: Answer | undefined): Entry {
      counts.requests += 1;
      const { what, key } = request;
      const replayed = answer?.headers.has("idempotent-replayed") ?? false;
      if (!answer) counts.lost += 1;
      else if (answer.status < 300) counts.acknowledged += 1;
      if (replayed) counts.replays += 1;
      if (answer && key !== undefined) {
        requireKept(key, what, answer);
        compare(key, what, answer);
      }
      if (answer && isOwnFault(answer))
        trouble("no request meets a fault of the service itself", `${what}: ${answer.text}`);
      const entry: Entry = {
        at: Date.now(),
        ...request,
        ...(answer ? { status: answer.status, ...factsOf(answer) } : {}),
        ...(replayed ? { replayed } : {}),
      };
      trip.entries.push(entry);
      return entry;
    },
  };
}

/** An answer that stands for ever under its key. */
const isFinal = (status: number): boolean => (status < 300 && status !== 202) || status === 402;

const isRefusal = ({ status, text }: Answer): boolean =>
  status >= 400 && status < 500 && !isFinal(status) && status !== 429 && !/"idempotency-in-flight"/.test(text);

/** A 500 in the shop's own form; the proxies' failures have another. */
const isOwnFault = ({ status, headers }: Answer): boolean =>
  status === 500 && (headers.get("content-type") ?? "").includes("problem+json");

function factsOf({ text }: Answer): Partial<Entry> {
  const body = parsed(text);
  // A declined payment stands in the problem that tells of it.
  const subject = (body.payment as Record<string, unknown> | undefined) ?? body;
  const total = subject.total ?? subject.amount;
  return {
    ...(typeof body.code === "string" ? { code: body.code } : {}),
    ...(typeof subject.id === "string" ? { id: subject.id } : {}),
    ...(typeof subject.status === "string" ? { state: subject.status } : {}),
    ...(typeof total === "number" ? { total: Math.round(total * 100) } : {}),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
