import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { holdPort } from "./hold-port.ts";

/** The ways a peer can fail; range over them with `it.each(peerFaults)`. */
export const peerFaults = [
  "refuse", // nothing listens; open connections are cut
  "hang", // accepts, never answers
  "slow", // answers as it should, but only after `slowMs`
  "fail", // 500
  "garbage", // 200 with broken JSON
  "unauthorized", // 401: the key is wrong
  "forbidden", // 403: the key may not do this
  "reset", // cuts the connection instead of answering
] as const;
export type PeerFault = (typeof peerFaults)[number];

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** What stood in the places of `:name` in the pattern that matched; empty when none did. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON, the text when it is not JSON, undefined when empty. */
  readonly body: unknown;
}

export interface PlainAnswer {
  /** Default 200. */
  readonly status?: number;
  /** Sent as JSON; nothing when left out. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
/** What a responder says: an answer, or a fault for this request alone. */
export type FakeAnswer = PlainAnswer | Exclude<PeerFault, "refuse" | "slow">;
type Respond = (request: RecordedRequest) => FakeAnswer | Promise<FakeAnswer>;
export type Responder = FakeAnswer | Respond;

export type FakePeer = Awaited<ReturnType<typeof startFakePeer>>;

/** A real HTTP server on a free port of this machine that stands in for another service, and fails on demand. */
export async function startFakePeer({ slowMs = 2000 }: { slowMs?: number } = {}) {
  const requests: RecordedRequest[] = [];
  const routes: { method: string; pattern: RegExp; responder: Responder }[] = [];
  const waiting = new Set<() => void>();
  const delays = new Set<NodeJS.Timeout>();
  const responderErrors: unknown[] = [];
  let mode: PeerFault | "ok" = "ok";
  // Nobody else may be given it while the peer refuses.
  const { port, letGo } = await holdPort();

  const server = createServer((request, response) => {
    // A caller that gives up while its body is read is no concern of the test's.
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { recorded, responder } = await record(request);
    if (mode === "slow") await delay(slowMs);
    const respond = typeof responder === "function" ? responder : () => responder;
    const chosen = mode === "ok" || mode === "slow" ? await respondSafely(respond, recorded) : mode;
    if (chosen === "hang") return;
    if (chosen === "reset" || chosen === "refuse") return void request.socket.destroy();
    const said: PlainAnswer = typeof chosen === "string" ? faultAnswers[chosen] : chosen;
    const { status = 200, body, headers = {} } = said;
    const type = status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(status, body === undefined ? headers : { "content-type": type, ...headers });
    response.end(chosen === "garbage" || body === undefined ? body : JSON.stringify(body));
  }

  async function respondSafely(respond: Respond, request: RecordedRequest) {
    try {
      return await respond(request);
    } catch (error) {
      responderErrors.push(error);
      return "reset";
    }
  }

  async function record(request: IncomingMessage) {
    const { method = "", headers } = request;
    const raw = await text(request);
    const url = new URL(request.url ?? "/", "http://fake");
    const found = routes.findLast((route) => route.method === method && route.pattern.test(url.pathname));
    const params = { ...found?.pattern.exec(url.pathname)?.groups };
    for (const [name, value] of Object.entries(params)) params[name] = decodeURIComponent(value);
    const recorded: RecordedRequest = {
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      params,
      headers: headers as RecordedRequest["headers"],
      body: parse(raw),
    };
    requests.push(recorded);
    for (const check of waiting) check();
    return { recorded, responder: found?.responder ?? problem(404, "not-found") };
  }

  function delay(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        delays.delete(timer);
        resolve();
      }, ms);
      delays.add(timer);
    });
  }

  async function listen(): Promise<void> {
    if (server.listening) return;
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  }

  async function stopListening(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  await listen();
  return {
    /** Stays the same while it refuses and when it comes back. */
    url: `http://127.0.0.1:${port}`,
    /** Every request that arrived whole, oldest first. */
    requests: requests as readonly RecordedRequest[],
    /** Answers `method` on a path such as "/products/:id"; of several that match, the one given last. No match is 404. */
    on(method: string, path: string, responder: Responder): void {
      const pattern = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:(\w+)/g, "(?<$1>[^/]+)");
      routes.push({ method, pattern: new RegExp(`^${pattern}$`), responder });
    },
    /** From now on every request meets this fault, or "ok" again. Await it: refusing and coming back take a moment. */
    async mode(next: PeerFault | "ok"): Promise<void> {
      mode = next;
      await (next === "refuse" ? stopListening() : listen());
    },
    /** Resolves when `count` requests in all have arrived; rejects after `withinMs`. */
    waitForRequests(count: number, withinMs = 5000): Promise<void> {
      return new Promise((resolve, reject) => {
        const finish = (error?: Error) => {
          clearTimeout(timer);
          waiting.delete(check);
          if (error) reject(error);
          else resolve();
        };
        const check = () => {
          if (requests.length >= count) finish();
        };
        const timer = setTimeout(() => {
          finish(new Error(`${requests.length} of ${count} requests arrived within ${withinMs} ms`));
        }, withinMs);
        waiting.add(check);
        check();
      });
    },
    /** At once, whatever hangs. Throws what a responder threw, so that a broken one is not taken for a fault. */
    async close(): Promise<void> {
      for (const timer of delays) clearTimeout(timer);
      await stopListening();
      letGo();
      if (responderErrors.length > 0) throw responderErrors[0];
    },
  };
}

const problem = (status: number, code: string) => ({
  status,
  body: { type: `urn:shop:problem:${code}`, title: code, status, code, request_id: "fake" },
});

const faultAnswers = {
  fail: problem(500, "internal"),
  garbage: { status: 200, body: '{"id":1,' },
  unauthorized: problem(401, "unauthorized"),
  forbidden: problem(403, "forbidden"),
};

function parse(raw: string): unknown {
  try {
    return raw === "" ? undefined : JSON.parse(raw);
  } catch {
    return raw;
  }
}
