import type { Background } from "../background.ts";
import type { Database } from "../database/database.ts";
import type { Logger } from "../log.ts";
import type { Lane } from "./lane.ts";
import { destinationsWithDue, freeOthers } from "./outbox-store.ts";

/** However long a look takes, the next one comes after so many times the usual pause. */
const slowestPolls = 5;

/**
 * Looks every `pollMs`, in one statement that only reads, which lanes have something due that they do not know of: left
 * by a process before, freed by a lease that ended, or brought about by another instance.
 */
export function createRelay(options: {
  readonly database: Database;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly background: Background;
  readonly log: Logger;
  readonly holder: string;
  /** No other process works on this database: what others have leased, they left when they died. */
  readonly soleOwner: boolean;
  readonly pollMs: number;
  readonly now: () => number;
}) {
  const { database, lanes, background, log, holder, pollMs, now } = options;
  let strangersMayHold = options.soleOwner;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function poll(): Promise<void> {
    const started = performance.now();
    try {
      if (strangersMayHold) await database.write((trx) => freeOthers(trx, holder));
      strangersMayHold = false;
      const unaware = [...lanes].filter(([, lane]) => !lane.willLook()).map(([name]) => name);
      const due = unaware.length > 0 ? await destinationsWithDue(database.read, unaware, now()) : [];
      for (const name of due) lanes.get(name)?.look();
    } catch (error) {
      log.warn({ err: error }, "the outbox could not be looked through");
    }
    // Where very much waits out of turn, a look takes long, and is taken less often: for about a hundredth of the time.
    const pauseMs = Math.min(slowestPolls * pollMs, Math.max(pollMs, 100 * (performance.now() - started)));
    if (!stopped) timer = setTimeout(() => background.start("look through the outbox", poll), pauseMs);
  }

  return {
    start(): void {
      for (const lane of lanes.values()) lane.start();
      background.start("look through the outbox", poll);
    },
    stop(): void {
      stopped = true;
      clearTimeout(timer);
      for (const lane of lanes.values()) lane.stop();
    },
  };
}
