import http from "node:http";
import https from "node:https";
import type { Got, Progress, RequestError } from "got";
import type { RawAnswer } from "./peer-answer.ts";
import type { PeerFailure } from "./peer-failure.ts";

export interface Exchange {
  readonly method: "GET" | "PUT" | "POST" | "DELETE" | "PATCH";
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
  /** Open a connection for it instead of reusing one that may be dead. */
  readonly freshSocket: boolean;
}

export type Transport = ReturnType<typeof createTransport>;

/** Loads the HTTP client, which is too slow to import to do it at every start. Call it when the service is up. */
export const loadHttpClient = async (): Promise<Got> => (await import("got")).got;

/** One HTTP exchange at a time through got, with what got adds switched off: retries, redirects, unpacking, throwing. */
export function createTransport({ maxSockets, maxAnswerBytes }: { maxSockets: number; maxAnswerBytes: number }) {
  const keptAlive = agents({ keepAlive: true, maxSockets });
  const fresh = agents({ keepAlive: false });
  let client: Promise<Got> | undefined;

  const configure = async (): Promise<Got> =>
    (await loadHttpClient()).extend({
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      decompress: false,
      responseType: "text",
      headers: { accept: "application/json", "user-agent": undefined },
    });

  return {
    /** Never rejects: what went wrong is a failure that holds no part of the request. */
    async send({ timeoutMs, freshSocket, ...request }: Exchange): Promise<RawAnswer | PeerFailure> {
      const started = performance.now();
      client ??= configure();
      const got = await client;
      const leftMs = Math.floor(timeoutMs - (performance.now() - started));
      if (leftMs <= 0) return { reason: "timeout", detail: "no-time-left", repeat: "never" };
      try {
        const answering = got({
          ...request,
          agent: freshSocket ? fresh : keptAlive,
          // A host that drops packets must not eat the time in which another attempt could succeed.
          timeout: { request: leftMs, connect: Math.min(1000, Math.ceil(leftMs / 2)) },
        });
        answering.on("downloadProgress", ({ transferred, total }: Progress) => {
          if (Math.max(transferred, total ?? 0) > maxAnswerBytes) answering.cancel();
        });
        const { statusCode, headers, body } = await answering;
        return { status: statusCode, headers, text: body };
      } catch (error) {
        return translate(error as RequestError);
      }
    },
    /** Ends all connections, also those in use. */
    close(): void {
      for (const agent of [keptAlive, fresh]) {
        agent.http.destroy();
        agent.https.destroy();
      }
    },
  };
}

function agents(options: http.AgentOptions) {
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

const refused = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN"]);

/** got's errors hold the request's headers, and so the key: only the code leaves this file. */
function translate({ code }: RequestError): PeerFailure {
  if (code === "ETIMEDOUT") return { reason: "timeout", detail: code, repeat: "idempotent-call" };
  if (refused.has(code)) return { reason: "refused", detail: code, repeat: "idempotent-call" };
  if (code === "ERR_CANCELED") return { reason: "garbage", detail: "too-large", repeat: "never" };
  if (code.startsWith("HPE_")) return { reason: "garbage", detail: code, repeat: "never" };
  // Also on a kept connection: whether the peer closed it unread, or died between its COMMIT and its answer, looks alike.
  return { reason: "failing", detail: code, repeat: "idempotent-call" };
}
