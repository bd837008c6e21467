import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

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
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 30_000, maxHeaderSize: 16_384 }, handler);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve({
        server,
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeIdleConnections();
          }),
        abandon: () => server.closeAllConnections(),
      });
    });
  });
}
