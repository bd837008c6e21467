import { randomUUID } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Problem } from "../problem.ts";
import { renderProblem } from "./render-problem.ts";

export interface Listening {
  readonly server: Server;
  readonly port: number;
  /** Takes no new connection, ends idle ones, resolves when the last request is answered. */
  close(): Promise<void>;
  /** Ends every connection, answered or not. */
  abandon(): void;
}

/** Listens on host and port (0: a free one). Rejects with the system's error, such as EADDRINUSE. */
export function listen(handler: RequestListener, host: string, port: number): Promise<Listening> {
  const server = createServer(
    { keepAliveTimeout: 65_000, requestTimeout: 30_000, maxHeaderSize: maxHeaderBytes },
    handler,
  );
  const unused = unusedConnections(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.on("clientError", refuseBroken);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve({
        server,
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeIdleConnections();
            setTimeout(unused.end, unusedForMs).unref();
          }),
        abandon: () => server.closeAllConnections(),
      });
    });
  });
}

/** How long a connection without a request may still bring one when the stop has begun. */
const unusedForMs = 500;

/**
 * Connections over which no request has come. Browsers open some in advance, and to Node they are neither idle nor
 * answered: a stop would wait for them until its time is up.
 */
function unusedConnections(server: Server) {
  const unused = new Set<Socket>();
  server.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", ({ socket }) => unused.delete(socket));
  return {
    end(): void {
      for (const socket of unused) socket.destroy();
    },
  };
}

/** Answers what Node could not read as a request, in the form of every other problem, and ends the connection. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, text, problem] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ([431, "Request Header Fields Too Large", headersTooLarge] as const)
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ([408, "Request Timeout", tooSlow] as const)
        : ([400, "Bad Request", notHttp] as const);
  const body = JSON.stringify(renderProblem(problem, randomUUID()).body);
  const head = `HTTP/1.1 ${status} ${text}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}

const maxHeaderBytes = 16_384;
const headersTooLarge = new Problem(431, "headers-too-large", `Path and headers may have ${maxHeaderBytes} bytes.`);
const tooSlow = new Problem(408, "request-timeout", "The request did not arrive in time.");
const notHttp = new Problem(400, "malformed-request", "This is not a request in HTTP/1.1.");
