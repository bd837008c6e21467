import { pino } from "pino";

export type Logger = pino.Logger;

const secret = ["key", "token", "secret", "password", "authorization", "headers", "options"];
const secretHeaders = ["['x-api-key']", "['X-API-Key']"];

const redacted = [
  ...secret.flatMap((name) => [name, `*.${name}`]),
  ...secretHeaders.flatMap((name) => [name, `*${name}`]),
];

/**
 * JSON lines on standard output, or to another destination.
 * Fields that may hold a credential are dropped one and two levels deep. Never log an HTTP client's error object.
 */
export function createLogger(service: string, level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redacted, remove: true },
    serializers: { err: describeError },
  };
  return pino(options, destination ?? standardOutput());
}

/**
 * Standard output. When whoever read it is gone, what is logged ends in silence: at its exit the process would try to
 * write it for ever.
 */
function standardOutput(): pino.DestinationStream {
  const output = pino.destination({ dest: process.stdout.fd, sync: true });
  const nothing = () => true;
  output.on("error", () => Object.assign(output, { write: nothing, flushSync: nothing, end: nothing }));
  return output;
}

/** The parts of an error that are safe and useful in a log. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === "string" ? { code } : {}),
    ...(error.stack ? { stack: error.stack } : {}),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}
