import type { Namespace } from "./namespace.ts";

/** Longer than the second try of a lost packet takes. */
const patienceMs = 3000;

const script = `
import { connect } from "node:net";
const tries = process.argv.slice(1).map((address) => new Promise((resolve) => {
  const [host, port] = address.split(":");
  const done = (found) => { socket.destroy(); resolve([address, found]); };
  const socket = connect(Number(port), host)
    .once("connect", () => done("open"))
    .once("error", ({ code }) => done(code === "ETIMEDOUT" ? "timed out" : code));
  setTimeout(done, ${patienceMs}, "timed out").unref();
}));
console.log(JSON.stringify(Object.fromEntries(await Promise.all(tries))));
`;

/**
 * What comes of a connection from inside a pod, or one of a workload, to each address (host:port): "open", "timed out", or the error's code,
 * such as ECONNREFUSED or ENOTFOUND.
 */
export async function probe(
  namespace: Namespace,
  pod: string,
  addresses: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  return JSON.parse(await namespace.node(pod, script, ...addresses));
}
