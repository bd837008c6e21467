import type joi from "joi";
import { type Background, createBackground } from "./background.ts";
import { type Backups, createBackups } from "./backup/backups.ts";
import { backupRoutes } from "./backup/routes.ts";
import { loadConfig, type PlatformConfig } from "./config.ts";
import { type Database, type Migration, openDatabase } from "./database/database.ts";
import { measureFreeSpace } from "./database/free-space.ts";
import { createApi } from "./http/api.ts";
import { createApiKeys } from "./http/api-keys.ts";
import { createApp } from "./http/app.ts";
import { documentation, openPaths } from "./http/open-paths.ts";
import { openPorts, type Ports } from "./http/ports.ts";
import { createReadiness } from "./http/readiness.ts";
import { reconcileRoute } from "./http/reconcile.ts";
import type { Route } from "./http/route.ts";
import { statsRoute } from "./http/stats.ts";
import { createUptime } from "./http/uptime.ts";
import { whoamiRoute } from "./http/whoami.ts";
import { createIdempotency } from "./idempotency/idempotency.ts";
import type { Logger } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { Outbox } from "./outbox/outbox.ts";
import { loadHttpClient, type Peer } from "./peer.ts";
import { createPeers } from "./peers.ts";
import { platformMigrations } from "./platform-migrations.ts";
import { pruneSweeps } from "./prune-sweeps.ts";
import { announceReady, endWithin, type RunningProcess, stopOnce } from "./running-process.ts";
import { createSweeps, type Sweep, type Sweeps } from "./sweeps.ts";
import { version } from "./version.ts";

/** A service as a value: `run()` in production and `startService()` in tests make the same thing of it. */
export interface ServiceDefinition<Config extends object> {
  readonly name: string;
  /** Where it listens unless told otherwise. */
  readonly port: number;
  /** `orders` is kept in `<DATA_DIR>/orders.db`. */
  readonly databaseName: string;
  /** Its own part of the environment. */
  readonly config: joi.ObjectSchema<Config>;
  /** The scopes of each caller when no API_SCOPES_FILE says otherwise. */
  readonly callers: Readonly<Record<string, readonly string[]>>;
  readonly migrations: readonly Migration[];
  wire(parts: Parts<Config>): Wiring | Promise<Wiring>;
}

/** What the platform hands to a service's wiring. */
export interface Parts<Config extends object> {
  readonly config: PlatformConfig & Config;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly database: Database;
  /** Work that outlives the answer it came from; a stop waits for it. */
  readonly background: Background;
  /** A client for another service, with a breaker of its own. */
  peer(name: string, url: string): Peer;
}

export interface Wiring {
  readonly routes: readonly Route[];
  /** Run in this order, each every RECONCILE_EVERY_S unless it says otherwise. */
  readonly sweeps?: readonly Sweep[];
  /** Started at readiness, shown in `/stats`, stopped before `stop`. */
  readonly outbox?: Outbox;
  /** The service's own part of `/stats`. */
  stats?(): Promise<Record<string, unknown>>;
  /** Called after the last answer and before the database closes. */
  stop?(): Promise<void> | void;
}

export interface RunningService extends RunningProcess {
  readonly routes: readonly Route[];
}

/** Callers that every shop has. */
const everywhere = { admin: ["*"], backup: ["backup"] };

/**
 * Puts a service together and listens: first for probes, then, once its database is open and migrated, for all.
 * Throws ConfigInvalid, DatabaseRefused, or the system's error when the port is taken. `signal` ends a start that is under
 * way: it throws, and leaves nothing behind; once the service runs it means nothing.
 */
export async function startService<Config extends object>(
  definition: ServiceDefinition<Config>,
  env: NodeJS.ProcessEnv,
  log: Logger,
  signal?: AbortSignal,
): Promise<RunningService> {
  const config = loadConfig(definition, env);
  const about = { service: definition.name, version, uptime: createUptime() };
  const metrics = createMetrics(definition.name, version);
  const peers = createPeers(config, log, metrics);
  const background = createBackground(log);
  const readiness = createReadiness();
  const apiKeys = createApiKeys(config, { ...everywhere, ...definition.callers }, log);
  let routes: readonly Route[] = [];

  const api = createApi({ apiKeys, bodyLimit: config.BODY_LIMIT_BYTES });
  const app = createApp({
    log,
    metrics,
    readiness,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    open: {
      ...openPaths(about, readiness, config.METRICS_PORT === undefined ? metrics : undefined),
      ...documentation(() => ({ service: definition.name, version, routes }), readiness),
    },
    behind: api.middleware,
  });
  let ports: Ports | undefined;
  let opened: Database | undefined;
  let backups: Backups | undefined;
  let wiring: Wiring | undefined;
  let sweeps: Sweeps | undefined;

  const end = async (withinMs: number): Promise<void> => {
    readiness.drain();
    const drained = async () => {
      const swept = sweeps?.stop();
      const copied = backups?.stop();
      await ports?.close();
      await app.settled();
      await swept;
      await copied;
      await background.settled();
      await wiring?.outbox?.stop();
      await wiring?.stop?.();
    };
    await endWithin(withinMs, drained(), log, () => {
      ports?.abandon();
      // Not waited for: it begins nothing more from here on.
      void wiring?.outbox?.stop();
    });
    peers.close();
    apiKeys.stop();
    await opened?.close();
  };
  const stop = stopOnce(config.REQUEST_TIMEOUT_MS, end);

  try {
    ports = await openPorts(app.callback, config, metrics, log);
    const database = await openDatabase({
      url: config.DATABASE_URL,
      migrations: definition.migrations,
      platformMigrations,
      queueLimit: config.WRITE_QUEUE_LIMIT,
      log,
      metrics,
      signal,
    });
    opened = database;
    signal?.throwIfAborted();
    measureFreeSpace(metrics, database.file);
    backups = createBackups({
      database,
      name: definition.databaseName,
      folder: config.BACKUP_DIR,
      keep: config.BACKUP_KEEP,
      log,
      metrics,
    });
    wiring = await definition.wire({ config, log, metrics, database, background, peer: peers.create });
    const own = wiring.stats?.bind(wiring) ?? (async () => ({}));
    const { outbox } = wiring;
    const stats = statsRoute({ ...about, metrics, database, peers: peers.all, outbox, own });
    const sweeping = [...(wiring.sweeps ?? []), ...pruneSweeps({ database, outbox: wiring.outbox })];
    sweeps = createSweeps({ sweeps: sweeping, everyS: config.RECONCILE_EVERY_S, log, metrics });
    routes = [...wiring.routes, whoamiRoute, stats, reconcileRoute(sweeps), ...backupRoutes(backups)];
    // The owner lock of the database keeps other processes out.
    const keys = createIdempotency({ database, metrics, soleOwner: true, queueLimit: config.WRITE_QUEUE_LIMIT });
    api.mount(routes, keys);
    readiness.ready(database.inPlace);
    sweeps.start();
    outbox?.start();
    if (peers.all.length > 0) warmPeers(log);
    return { ...announceReady(ports, version, log), metrics, routes, stop };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/** Loads the HTTP client behind the start, so that the first call to a peer does not pay for it out of its deadline. */
function warmPeers(log: Logger): void {
  loadHttpClient().catch((error) => log.error({ err: error }, "the HTTP client cannot be loaded"));
}
