import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface HeldPort {
  readonly port: number;
  letGo(): void;
}

/**
 * A port of this machine for a listener that comes later, or goes and comes back. While none is there connections are
 * refused, and on Linux the system lends the port to nobody else meanwhile: it is the near end of a connection, which
 * does not keep one who asks for it by its number from listening.
 */
export async function holdPort(): Promise<HeldPort> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: farEnd } = server.address() as AddressInfo;
  const holder = connect({ host: "127.0.0.1", port: farEnd, localAddress: "127.0.0.1" });
  const [[other]] = (await Promise.all([once(server, "connection"), once(holder, "connect")])) as [[Socket], unknown];
  server.close();
  for (const end of [holder, other])
    end
      .on("error", () => {})
      .resume()
      .unref();
  const { localPort: port = 0 } = holder;
  // Elsewhere who asks for it by its number would be refused too.
  if (process.platform !== "linux") holder.destroy();
  return { port, letGo: () => void holder.destroy() };
}
