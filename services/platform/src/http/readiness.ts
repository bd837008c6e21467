import { setTimeout as delay } from "node:timers/promises";
import { overloaded } from "../problem.ts";
import { type RequestContext, remaining } from "../request-context.ts";

export type Readiness = ReturnType<typeof createReadiness>;

/**
 * Whether traffic may come: after the database is open and migrated, and until the process is told to stop.
 * Peers do not matter here: a service without its peers still has answers.
 */
export function createReadiness() {
  let state: "starting" | "ready" | "draining" = "starting";
  let open: () => void = () => {};
  let started = false;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    state: () => state,
    ready() {
      if (state === "starting") state = "ready";
      started = true;
      open();
    },
    drain() {
      state = "draining";
      open();
    },
    /** Requests that come while the service still starts wait for it, within their deadline. Throws 503 when it never was ready. */
    async wait(context: RequestContext): Promise<void> {
      if (started) return;
      const patience = delay(Math.max(0, remaining(context)), undefined, { ref: false });
      await Promise.race([opened, patience]);
      if (!started) throw overloaded("The service is still starting.");
    },
  };
}
