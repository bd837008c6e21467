/** How a wait for a slot ended. Only "taken" owes a `release()`. */
export type SlotOutcome = "taken" | "full" | "late" | "dismissed";

export type Slots = ReturnType<typeof createSlots>;

/** At most `max` holders at once; up to `maxWaiting` more wait in order, each until its own time. */
export function createSlots({ max, maxWaiting }: { max: number; maxWaiting: number }) {
  let taken = 0;
  const waiting = new Set<(outcome: SlotOutcome) => void>();

  return {
    /** `until` is on the clock of `performance.now()`. "full": too many wait already; "late": `until` came first. */
    async take(until: number): Promise<SlotOutcome> {
      if (taken < max) {
        taken += 1;
        return "taken";
      }
      if (waiting.size >= maxWaiting) return "full";
      return new Promise((resolve) => {
        const settle = (outcome: SlotOutcome): void => {
          clearTimeout(timer);
          waiting.delete(settle);
          resolve(outcome);
        };
        const timer = setTimeout(settle, Math.max(0, until - performance.now()), "late");
        waiting.add(settle);
      });
    },
    release(): void {
      const [next] = waiting;
      if (next) next("taken");
      else taken -= 1;
    },
    /** Sends away all that wait now. */
    dismissWaiting(): void {
      for (const settle of [...waiting]) settle("dismissed");
    },
  };
}
