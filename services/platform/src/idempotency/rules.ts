import type { Answer } from "../http/route.ts";
import { Problem } from "../problem.ts";

/** How long a holder may take before another may do its work. */
export const leaseMs = 60_000;

/**
 * How long a refusal is replayed: as long as a copy of the request may still be on its way, sent again by a proxy or left
 * in the socket of a process that stood still. Carried out, it would have an effect that the asker was told there is not.
 * More than twice the longest request (25 s), after which nobody waits for an answer and sends it again.
 */
export const refusalKeptMs = 60_000;

/** How long an answer can be replayed. */
export type KeptFor = "24h" | "30d";
const dayMs = 86_400_000;
export const keptForMs: Readonly<Record<KeptFor, number>> = { "24h": dayMs, "30d": 30 * dayMs };

/**
 * What becomes of the key when a request ends with this status. `keep`: it changed something, and the answer is final.
 * `free`: it is not final, or nobody knows; a repetition runs again under the same resource id. `refuse`: it changed
 * nothing, and is not asked anew before no copy of it can come any more.
 */
export function endOf(status: number): "keep" | "free" | "refuse" {
  if (status === 202 || status >= 500) return "free";
  return status < 300 || status === 402 ? "keep" : "refuse";
}

/** The same of the column `status`, for SQL. */
export const isRefused = (status: string): string => `(${status} BETWEEN 300 AND 499 AND ${status} <> 402)`;

const inFlight = "idempotency-in-flight";

export const keyInFlight = (): Problem =>
  new Problem(
    409,
    inFlight,
    "A request with this Idempotency-Key is being carried out. Repeat it to get its answer.",
    {},
    { "Retry-After": "1" },
  );

/** Whether this was thrown because another has the key, its own or one that shared its unit: nothing is known of the request. */
export const isKeyInFlight = (error: unknown): boolean => error instanceof Problem && error.code === inFlight;

export const keyReused = (): Problem =>
  new Problem(
    422,
    "idempotency-key-reused",
    "This Idempotency-Key was sent with another request. Repeat that one unchanged, or choose a new key.",
  );

/** The answer of an earlier request, byte for byte. */
export function replayOf(stored: { status: number; headers: string; body: string | null }): Answer {
  const headers = { ...(JSON.parse(stored.headers) as Record<string, string>), "Idempotent-Replayed": "true" };
  return { status: stored.status, headers, ...(stored.body === null ? {} : { json: stored.body }) };
}
