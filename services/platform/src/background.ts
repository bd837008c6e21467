import type { Logger } from "./log.ts";

export type Background = ReturnType<typeof createBackground>;

/** Work that outlives the answer it came from. A failure is logged, never lost silently; a stop waits for what is under way. */
export function createBackground(log: Logger) {
  const underWay = new Set<Promise<void>>();
  return {
    /** Starts the work now. `what` names it in the log. */
    start(what: string, work: () => Promise<unknown>): void {
      const running: Promise<void> = attempt(what, work).finally(() => underWay.delete(running));
      underWay.add(running);
    },
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };

  async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.error({ err: error, what }, "background work failed");
    }
  }
}
