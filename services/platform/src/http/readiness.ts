import { setTimeout as delay } from "node:timers/promises";
import { databaseUnavailable, overloaded } from "../problem.ts";
import { type RequestContext, remaining } from "../request-context.ts";

export type Readiness = ReturnType<typeof createReadiness>;

/** How long a look at the database's file is believed. */
const lookAgainAfterMs = 1000;

/**
 * Whether traffic may come: after the database is open and migrated, while its file is where it was opened, and until
 * the process is told to stop. Peers do not matter here: a service without its peers still has answers.
 */
export function createReadiness() {
  let state: "starting" | "ready" | "draining" = "starting";
  let inPlace = () => true;
  let seen = { inPlace: true, at: -Infinity };
  let open: () => void = () => {};
  let started = false;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const databaseInPlace = (): boolean => {
    const now = performance.now();
    if (now - seen.at >= lookAgainAfterMs) seen = { inPlace: inPlace(), at: now };
    return seen.inPlace;
  };
  return {
    state: () => (state === "ready" && !databaseInPlace() ? "database-vanished" : state),
    ready(databaseInPlaceNow: () => boolean = inPlace) {
      inPlace = databaseInPlaceNow;
      if (state === "starting") state = "ready";
      started = true;
      open();
    },
    drain() {
      state = "draining";
      open();
    },
    /**
     * Requests that come while the service still starts wait for it, within their deadline. Throws 503 when it never
     * was ready, or when its database has vanished: what is left of it must not be shown as if nothing had happened.
     */
    async wait(context: RequestContext): Promise<void> {
      if (started) {
        if (!databaseInPlace()) throw databaseUnavailable();
        return;
      }
      const patience = delay(Math.max(0, remaining(context)), undefined, { ref: false });
      await Promise.race([opened, patience]);
      if (!started) throw overloaded("The service is still starting.");
    },
  };
}
