import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { testKey } from "@shop/platform/testing";

export interface Request {
  readonly port: number;
  readonly method?: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
}

export interface Answer {
  readonly status: number;
  readonly replayed: boolean;
  /** The bytes, as text. */
  readonly text: string;
}

/** Told of each try while it is under way: its bytes are out, the first of an answer are in. */
export type Watch = (seen: "written" | "answered") => void;

const patienceMs = 10_000;
const pauseMs = 60;

/** One try on a connection of its own; undefined when that broke before the answer was whole. */
async function attempt(asked: Request, watch: Watch): Promise<Answer | undefined> {
  const { port, method = "POST", path, body, key } = asked;
  const payload = body === undefined ? "" : JSON.stringify(body);
  const headers = {
    "X-API-Key": testKey,
    ...(payload === "" ? {} : { "Content-Type": "application/json" }),
    ...(key === undefined ? {} : { "Idempotency-Key": key }),
    ...(method === "GET" ? {} : { "Content-Length": Buffer.byteLength(payload) }),
  };
  const signal = AbortSignal.timeout(patienceMs);
  const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false, signal });
  try {
    const answer = once(sent, "response");
    sent.once("finish", () => watch("written"));
    sent.end(payload);
    const [response] = (await answer) as [IncomingMessage];
    watch("answered");
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    const replayed = response.headers["idempotent-replayed"] === "true";
    return { status: response.statusCode ?? 0, replayed, text: Buffer.concat(parts).toString("utf8") };
  } catch {
    return undefined;
  }
}

/** Not "ask again": neither under way (202, 409 `idempotency-in-flight`) nor a fault (5xx). */
const isFinal = ({ status, text }: Answer): boolean =>
  status !== 202 && status < 500 && !(status === 409 && text.includes('"idempotency-in-flight"'));

/** A client that repeats its request, through lost connections and whatever is not final, until it has its answer. */
export async function persist(asked: Request, watch: Watch = () => {}): Promise<Answer> {
  const until = performance.now() + patienceMs;
  for (let last: Answer | undefined; ; await delay(pauseMs)) {
    last = (await attempt(asked, watch)) ?? last;
    if (last && isFinal(last)) return last;
    if (performance.now() > until) throw new Error(`${asked.path} has no final answer, but ${JSON.stringify(last)}`);
  }
}
