import { setTimeout as delay } from "node:timers/promises";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts on whatever came
  readonly body: any;
  readonly text: string;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as Idempotency-Key. */
  readonly idempotencyKey?: string;
  /** The caller whose key is sent, admin when left out; null sends none. */
  readonly caller?: string | null;
  /** Sent in place of a caller's key. */
  readonly key?: string;
}

/** One HTTP request; throws when there is no answer in 10 s. */
export async function ask(url: string, method: string, options: CallOptions = {}): Promise<Answer> {
  const { body, key, idempotencyKey } = options;
  const response = await fetch(url, {
    method,
    headers: {
      ...(key === undefined ? {} : { "X-API-Key": key }),
      ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

/** Tries until `attempt` does not throw, and gives up with what it threw last. For what happens by itself after a while. */
export async function eventually<T>(attempt: () => Promise<T>, withinMs = 60_000): Promise<T> {
  for (const end = Date.now() + withinMs; ; await delay(200)) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= end) throw error;
    }
  }
}
