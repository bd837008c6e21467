import { setTimeout as pause } from "node:timers/promises";
import type Joi from "joi";
import { type PeerAnswer, readAnswer } from "./peer-answer.ts";
import { isFailure, type PeerFailure } from "./peer-failure.ts";
import type { Transport } from "./peer-transport.ts";
import { type RequestContext, remaining } from "./request-context.ts";

export interface PeerCall {
  /** Names the call in metrics and logs, e.g. "list-products"; one name, one set of `answers`. */
  readonly operation: string;
  readonly method: "GET" | "PUT" | "POST" | "DELETE" | "PATCH";
  /** Encoded, with its query; begins with a slash. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** May be repeated without harm; so by default are GET and PUT. */
  readonly idempotent?: boolean;
  /** What each expected status must look like. Fields the schemas do not know are allowed and kept. */
  readonly answers: Readonly<Record<number, Joi.Schema>>;
}

/** An attempt with less time than this is not worth starting anew. */
export const worthwhileMs = 50;
/** How long before us the peer shall give up, so that its answer still arrives. */
const handedOnLessMs = 300;

export type Attempts = ReturnType<typeof createAttempts>;

/** One call as one to three exchanges: repeated at most once, and once more with another key when the first was refused. */
export function createAttempts(options: { url: string; keys: () => readonly string[]; transport: Transport }) {
  const { keys, transport } = options;
  const base = new URL(options.url).href.replace(/\/$/, "");
  const basePath = new URL(options.url).pathname.replace(/\/$/, "");

  /** Throws TypeError: an id with dots and slashes, put into a path as it came, would reach another route or host. */
  function urlOf(path: string): string {
    const [pathname = ""] = path.split("?", 1);
    const url = pathname.startsWith("/") ? new URL(base + path) : undefined;
    if (url?.pathname !== basePath + pathname || url.hash !== "")
      throw new TypeError("A peer's path must be encoded and begin with a slash.");
    return base + path;
  }

  return {
    urlOf,
    /** `until`, on the clock of `performance.now()`, ends all of it. */
    async run(context: RequestContext, call: PeerCall, until: number): Promise<PeerAnswer | PeerFailure> {
      const idempotent = call.idempotent ?? (call.method === "GET" || call.method === "PUT");
      const url = urlOf(call.path);
      const body = call.body === undefined ? undefined : JSON.stringify(call.body);
      let key = keys()[0] ?? "";
      let mayRepeat = true;
      let mayChangeKey = true;
      let freshSocket = false;
      let sent = false;
      for (;;) {
        const headers = headersFor(context, call, key);
        const timeoutMs = until - performance.now();
        const raw = await transport.send({ method: call.method, url, headers, body, timeoutMs, freshSocket });
        const outcome = isFailure(raw) ? raw : readAnswer(raw, call.answers);
        if (!isFailure(outcome)) return outcome;

        sent ||= outcome.reason !== "refused";
        const failure = { ...outcome, sent };
        if (until - performance.now() < worthwhileMs) return failure;
        if (outcome.repeat === "with-another-key" && mayChangeKey) {
          const refused = key;
          const next = keys().find((candidate) => candidate !== refused);
          if (next === undefined) return failure;
          key = next;
          mayChangeKey = false;
        } else if (outcome.repeat === "idempotent-call" && idempotent && mayRepeat) {
          mayRepeat = false;
          freshSocket = true;
          // A peer in trouble is not helped by all its callers coming back in the same millisecond.
          await pause(5 + Math.random() * 20);
        } else return failure;
      }
    },
  };
}

function headersFor(context: RequestContext, call: PeerCall, key: string): Record<string, string> {
  return {
    ...call.headers,
    ...(call.body === undefined ? {} : { "content-type": "application/json" }),
    ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
    "x-request-id": context.requestId,
    "x-deadline-ms": String(Math.max(1, Math.floor(remaining(context) - handedOnLessMs))),
    "x-api-key": key,
  };
}
