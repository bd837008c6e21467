import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

/** A port for each, free at this moment: for programs that take ports by number. Asked of the system and given back. */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const servers = await Promise.all(names.map(() => listenOn(0)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(close));
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Name, number>;
}

/** Takes the port (0: a free one). Rejects when another has it. */
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
