import type { DestinationStream } from "pino";
import { ConfigInvalid, loadConfig, loadFrontConfig } from "./config.ts";
import { DatabaseRefused } from "./database/database.ts";
import { type FrontDefinition, startFront } from "./front.ts";
import { createLogger, type Logger } from "./log.ts";
import type { RunningProcess } from "./running-process.ts";
import { type ServiceDefinition, startService } from "./service.ts";

/** EX_CONFIG of sysexits.h: do not start again before the configuration is mended. */
const badConfiguration = 78;

/** A service as a process. */
export const run = <Config extends object>(definition: ServiceDefinition<Config>): Promise<void> =>
  runProcess(definition.name, {
    level: () => loadConfig(definition, process.env).LOG_LEVEL,
    start: (log, signal) => startService(definition, process.env, log, signal),
  });

/** A front as a process. */
export const runFront = <Config extends object>(definition: FrontDefinition<Config>): Promise<void> =>
  runProcess(definition.name, {
    level: () => loadFrontConfig(definition, process.env).LOG_LEVEL,
    start: (log) => startFront(definition, process.env, log),
  });

/** Starts, stops on SIGTERM or SIGINT, also while it starts, and says in one line each why it cannot start. */
async function runProcess(
  name: string,
  { level, start }: { level(): string; start(log: Logger, signal: AbortSignal): Promise<RunningProcess> },
): Promise<void> {
  // Before anything else: the first process of a container is not ended by a signal that it does not handle.
  const told = toldToStop();
  try {
    const log = createLogger(name, level(), await readable());
    process.on("uncaughtException", (error) => {
      log.fatal({ err: error }, "a bug: the process ends, because its state is not known any more");
      process.exit(1);
    });
    told.addEventListener("abort", () => log.info({ signal: told.reason }, "stopping"));
    const running = await start(log, told);
    running.metrics.collectProcess();
    if (told.aborted) void stop(running, log);
    else told.addEventListener("abort", () => void stop(running, log));
  } catch (error) {
    if (told.aborted) process.exit(0);
    process.stderr.write(
      `${reasons(error)
        .map((line) => `${name}: ${line}`)
        .join("\n")}\n`,
    );
    process.exit(error instanceof ConfigInvalid ? badConfiguration : 1);
  }
}

/** Lines for a person on a terminal, where pino-pretty is installed (development); else undefined: JSON lines. */
async function readable(): Promise<DestinationStream | undefined> {
  if (!process.stdout.isTTY) return undefined;
  try {
    const { default: pretty } = await import("pino-pretty");
    return pretty({ ignore: "service,caller", messageFormat: "{service}: {msg}", singleLine: true });
  } catch {
    return undefined;
  }
}

function reasons(error: unknown): readonly string[] {
  if (error instanceof ConfigInvalid) return error.problems;
  if (error instanceof DatabaseRefused) return [error.message];
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE") return [`port ${port} is in use; set PORT (or METRICS_PORT) to a free one`];
  if (code === "EACCES") return [`port ${port} may not be used by this user; set PORT to one above 1023`];
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
}

/** Aborted by the first of the signals, which is its reason. Another one changes nothing: a stop is bounded in time. */
function toldToStop(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => controller.abort(signal));
  return controller.signal;
}

async function stop(running: RunningProcess, log: Logger): Promise<never> {
  await running.stop();
  log.info("stopped");
  process.exit(0);
}
