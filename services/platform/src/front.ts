import type joi from "joi";
import type Koa from "koa";
import { loadFrontConfig, type ProcessConfig } from "./config.ts";
import { createApp } from "./http/app.ts";
import { openPaths } from "./http/open-paths.ts";
import { openPorts } from "./http/ports.ts";
import { createReadiness } from "./http/readiness.ts";
import type { State } from "./http/request-context.ts";
import { createUptime } from "./http/uptime.ts";
import type { Logger } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { announceReady, endWithin, type RunningProcess, stopOnce } from "./running-process.ts";
import { version } from "./version.ts";

/** A service without a database and without keys of its own, which stands before others: a value, like a ServiceDefinition. */
export interface FrontDefinition<Config extends object> {
  readonly name: string;
  /** Where it listens unless told otherwise. */
  readonly port: number;
  /** Its own part of the environment. */
  readonly config: joi.ObjectSchema<Config>;
  wire(parts: FrontParts<Config>): FrontWiring;
}

export interface FrontParts<Config extends object> {
  readonly config: ProcessConfig & Config;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface FrontWiring {
  /** In this order, behind the probes. Each sets `ctx.state.route` to its template. */
  readonly middleware: readonly Koa.Middleware<State>[];
  /** Called after the last answer. */
  stop?(): void;
}

/**
 * Puts a front together and listens. Throws ConfigInvalid, or the system's error when a port is taken. Nothing that it
 * stands before has to be there.
 */
export async function startFront<Config extends object>(
  definition: FrontDefinition<Config>,
  env: NodeJS.ProcessEnv,
  log: Logger,
): Promise<RunningProcess> {
  const config = loadFrontConfig(definition, env);
  const about = { service: definition.name, version, uptime: createUptime() };
  const metrics = createMetrics(definition.name, version);
  const readiness = createReadiness();
  const wiring = definition.wire({ config, log, metrics });
  const app = createApp({
    log,
    metrics,
    readiness,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    open: openPaths(about, readiness, config.METRICS_PORT === undefined ? metrics : undefined),
    behind: wiring.middleware,
  });
  const ports = await openPorts(app.callback, config, metrics, log);
  readiness.ready();
  const end = async (withinMs: number): Promise<void> => {
    readiness.drain();
    await endWithin(withinMs, ports.close().then(app.settled), log, ports.abandon);
    wiring.stop?.();
  };
  return { ...announceReady(ports, version, log), metrics, stop: stopOnce(config.REQUEST_TIMEOUT_MS, end) };
}
