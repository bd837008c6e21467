import { once } from "node:events";
import { createServer, type IncomingMessage, request as makeRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Faults } from "./faults.ts";
import type { FaultKind } from "./plan.ts";
import type { Random } from "./random.ts";

export interface FaultyWay {
  readonly url: string;
  /** Ends every connection, also those that hang. */
  hangUp(): void;
  close(): Promise<void>;
}

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}
interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Longer than any caller waits. */
const upstreamMs = 20_000;
/** Of one connection, not of one message: they must not be passed on. */
const hopByHop = ["connection", "keep-alive", "transfer-encoding", "content-length"];

/**
 * Stands on one edge between two processes and does to each request what `faults` say. What it lets through is passed on
 * byte for byte, because the bytes may be signed. A request is passed on even when its caller has gone meanwhile.
 */
export async function createProxy(options: {
  edge: string;
  port: number;
  faults: Faults;
  random: Random;
  /** Whether the other side must bear this request twice. */
  repeatable: (request: { method: string; headers: IncomingMessage["headers"] }) => boolean;
}): Promise<FaultyWay> {
  const { edge, port, faults, random, repeatable } = options;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await receive(incoming);
    const fault = faults.choose(edge, { repeatable: repeatable(request) });
    if (fault === "refuse") return void incoming.socket.destroy();
    if (fault === "hang") return;
    if (fault === "fail") return answer(response, failure(random.pick([500, 502, 503])));
    const answered = await passOn(port, request, fault, random);
    if (!answered || fault === "drop") return void incoming.socket.destroy();
    answer(response, fault === "fail-after" ? failure(500) : answered);
  }

  const server = createServer((incoming, response) => {
    // A caller that breaks off, or a process that dies while it is read: the connection is all there is to end.
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 30_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hangUp: () => server.closeAllConnections(),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** The answer of the process behind, undefined when it gave none. */
async function passOn(port: number, request: Received, fault: FaultKind | undefined, random: Random) {
  if (fault === "delay") await delay(random.pick([50, 300, 1000, 3000]));
  if (fault !== "duplicate") return forward(port, request);
  if (random.chance(0.5)) return (await Promise.all([forward(port, request), forward(port, request)]))[0];
  const first = await forward(port, request);
  await forward(port, request);
  return first;
}

async function receive(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = "GET", url: path = "/", headers } = incoming;
  return { method, path, headers, body: Buffer.concat(chunks) };
}

/** A connection for each request: a kept one would hide whether the process behind it still lives. */
function forward(port: number, { method, path, headers, body }: Received): Promise<Answered | undefined> {
  return new Promise((resolve) => {
    const upstream = makeRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        headers: { ...passedOn(headers), "content-length": body.length },
        agent: false,
        timeout: upstreamMs,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", () => resolve(undefined));
        answer.on("end", () => {
          resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) });
        });
      },
    );
    upstream.on("timeout", () => upstream.destroy());
    upstream.on("error", () => resolve(undefined));
    upstream.end(body);
  });
}

function answer(response: ServerResponse, { status, headers, body }: Answered): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...passedOn(headers), "content-length": body.length }).end(body);
}

const passedOn = (headers: IncomingMessage["headers"]): IncomingMessage["headers"] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));

/** As a broken gateway answers. */
const failure = (status: number): Answered => ({
  status,
  headers: { "content-type": "text/plain" },
  body: Buffer.from("The way was blocked."),
});
