import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { holdPort } from "@shop/platform/testing";

/** A port for each, held until this process ends: for programs that take ports by number, and may be started again. */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const ports = (await Promise.all(names.map(holdPort))).map(({ port }) => port);
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Name, number>;
}

/** Takes the port. Rejects when another listens there. */
export async function listenOn(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

export async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listenOn(port));
    return true;
  } catch {
    return false;
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}
