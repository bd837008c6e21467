export type BreakerState = "closed" | "half-open" | "open";

/** What one admitted call reports back, once. Reports of calls admitted before the last change of state are ignored. */
export interface BreakerPass {
  succeeded(): void;
  failed(): void;
  /** The call says nothing about the other side, for instance because it was given too little time. */
  undecided(): void;
}

export interface Breaker {
  state(): BreakerState;
  /** Milliseconds until a call may go; 0 when it may go now. While a probe is out, the wait after a failed one. */
  retryInMs(): number;
  /** Admits a call, or answers undefined: refused. The first call admitted after the wait is the one probe. */
  enter(): BreakerPass | undefined;
}

/** A circuit breaker: opens after `failures` in a row, lets one probe through `probeAfterMs` later. Pure but for `now`. */
export function createBreaker(options: {
  failures: number;
  probeAfterMs: number;
  /** Milliseconds on a monotonic clock. */
  now: () => number;
  onChange?: (state: BreakerState) => void;
}): Breaker {
  const { failures, probeAfterMs, now } = options;
  let state: BreakerState = "closed";
  let failuresInARow = 0;
  let openedAt = 0;
  let changes = 0;

  function change(to: BreakerState): void {
    state = to;
    changes += 1;
    failuresInARow = 0;
    options.onChange?.(to);
  }

  function fail(): void {
    failuresInARow += 1;
    if (state === "closed" && failuresInARow < failures) return;
    openedAt = now();
    change("open");
  }

  function succeed(): void {
    failuresInARow = 0;
    if (state === "half-open") change("closed");
  }

  function giveBack(): void {
    // The wait is over already, so the next call is the probe.
    if (state === "half-open") change("open");
  }

  function retryInMs(): number {
    if (state === "closed") return 0;
    if (state === "half-open") return probeAfterMs;
    return Math.max(0, openedAt + probeAfterMs - now());
  }

  return {
    state: () => state,
    retryInMs,
    enter() {
      if (retryInMs() > 0) return undefined;
      if (state === "open") change("half-open");
      const admittedAt = changes;
      const ifCurrent = (report: () => void) => () => {
        if (changes === admittedAt) report();
      };
      return { succeeded: ifCurrent(succeed), failed: ifCurrent(fail), undecided: ifCurrent(giveBack) };
    },
  };
}
