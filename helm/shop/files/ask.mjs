// How the journey and the backup speak to the services: with what Node has, so that they run in a service's image.
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** The first line of API_KEY_FILE, read each time, for it may be replaced meanwhile; else API_KEY, else the development key. */
function currentKey({ API_KEY_FILE: file, API_KEY: key } = process.env) {
  if (file) return readFileSync(file, "utf8").trim().split("\n")[0].trim();
  return key || "secret-key-123";
}

/**
 * A function that asks a service, `ask("order", "GET /orders/1")`, and answers with the body. It throws, in words for
 * whoever reads the log, when there is no answer in 10 s or its `status` is not the expected one.
 * `urls` are the services' addresses by name; when `signal` is aborted, nothing more is asked.
 */
export function createAsk({ urls, signal }) {
  return async function ask(service, request, { body, headers, expect = [200] } = {}) {
    const [method, path] = request.split(" ");
    const timeout = AbortSignal.timeout(10_000);
    const init = {
      method,
      headers: { "X-API-Key": currentKey(), ...(body && { "Content-Type": "application/json" }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    };
    let answer;
    let text;
    try {
      answer = await fetch(urls[service] + path, init);
      text = await answer.text();
    } catch (error) {
      const reason = error.cause?.code ?? error.cause?.message ?? error.message;
      throw new Error(`${service} does not answer ${request} at ${urls[service]}: ${reason}`);
    }
    const found = /json/.test(answer.headers.get("content-type") ?? "") ? JSON.parse(text) : undefined;
    if (expect.includes(answer.status)) return found;
    const problem = found?.code ? ` ${found.code}: ${found.detail}` : "";
    const message = `${service} answered ${request} with ${answer.status}${problem}`;
    throw Object.assign(new Error(message), { status: answer.status });
  };
}

/**
 * Tries until `attempt` does not throw, and gives up with what it threw last after `forMs`, when aborted, or at once when
 * `isFinal` says so of the error.
 */
export async function eventually(attempt, { forMs, everyMs = 100, signal, isFinal }) {
  for (const end = Date.now() + forMs; ; await delay(everyMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (signal?.aborted || isFinal?.(error) || Date.now() >= end) throw error;
    }
  }
}
