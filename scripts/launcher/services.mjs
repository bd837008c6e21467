import { resolve } from "node:path";
import { refusal } from "./refusal.mjs";

/** Every service, in the order in which they stop: one that calls others stops before those it calls. */
const table = [
  { name: "dashboard", port: 8080 },
  { name: "payment", port: 8004 },
  { name: "order", port: 8003 },
  { name: "cart", port: 8001 },
  { name: "catalog", port: 8002 },
];

/** The folders that are compiled; what they refer to is compiled with them. */
export const serviceFolders = table.map(({ name }) => `services/${name}`);

const developmentKey = "secret-key-123";

/**
 * What the environment asks for: `{ host, dataDir, apiKey, services: [{ name, port, portVariable, url, env }] }`.
 * `apiKey` is undefined unless it is the development key, so that no other key can be printed.
 * Refuses ports that are none, or that two services share.
 */
export function readPlan(environment, root) {
  const host = environment.HOST || "0.0.0.0";
  const dataDir = resolve(root, environment.DATA_DIR || "data");
  const services = table.map(({ name, port }) => {
    const portVariable = `${name.toUpperCase()}_PORT`;
    return { name, portVariable, port: portOf(environment[portVariable], port, portVariable) };
  });
  for (const service of services) refuseTwice(service, services);

  const peers = Object.fromEntries(
    services.map(({ name, port }) => [`${name.toUpperCase()}_URL`, `http://${reachable(host, "127.0.0.1")}:${port}`]),
  );
  // One value of these cannot serve several services at once.
  const { METRICS_PORT: _port, DATABASE_URL: _url, ...shared } = environment;
  const isDevelopmentKey =
    !environment.API_KEYS_DIR &&
    (environment.API_KEY === developmentKey || (!environment.API_KEY && environment.NODE_ENV !== "production"));
  return {
    host,
    dataDir,
    apiKey: isDevelopmentKey ? developmentKey : undefined,
    services: services.map((service) => ({
      ...service,
      url: `http://${reachable(host, "localhost")}:${service.port}`,
      env: { ...shared, ...peers, HOST: host, PORT: String(service.port), DATA_DIR: dataDir },
    })),
  };
}

function portOf(text, normal, variable) {
  const port = Number(text || normal);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw refusal(`${variable} must be a port from 1 to 65535.`);
}

function refuseTwice(service, services) {
  const twin = services.find((other) => other !== service && other.port === service.port);
  if (twin)
    throw refusal(
      `${service.portVariable} and ${twin.portVariable} are both ${service.port}; each service needs its own port.`,
    );
}

/** A name under which a listener on `host` can be called from this machine. */
function reachable(host, local) {
  if (host === "0.0.0.0" || host === "::") return local;
  return host.includes(":") ? `[${host}]` : host;
}
