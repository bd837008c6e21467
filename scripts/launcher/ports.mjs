import { createServer } from "node:net";
import { refusal } from "./refusal.mjs";

/**
 * Holds every service's port while the rest is prepared, so that one that is taken is named before anything starts, and a
 * second launcher in the same checkout is told at once. Resolves to the function that lets go of them.
 */
export async function reservePorts(services, host) {
  const outcomes = await Promise.all(services.map((service) => hold(service, host)));
  const release = () => Promise.all(outcomes.map(({ server }) => server && new Promise((done) => server.close(done))));
  const problems = outcomes.flatMap(({ problem }) => problem ?? []);
  if (problems.length === 0) return release;
  await release();
  throw refusal([...new Set(problems)].join("\n"));
}

function hold(service, host) {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error) => resolve({ problem: describe(error, service, host) }));
    server.listen({ port: service.port, host, exclusive: true }, () => resolve({ server }));
  });
}

function describe(error, { name, port, portVariable }, host) {
  if (error.code === "EADDRNOTAVAIL") return `HOST=${host} is no address of this machine.`;
  const other = port + 1000 <= 65535 ? port + 1000 : port - 1000;
  const fault = error.code === "EADDRINUSE" ? "is in use" : `cannot be used (${error.code})`;
  return `Port ${port} of the ${name} service ${fault}. Stop what uses it, or choose another with ${portVariable}, such as ${other}.`;
}
