import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { PeerUnavailable } from "./peer-failure.ts";
import { Problem } from "./problem.ts";
import { backgroundContext, type RequestContext } from "./request-context.ts";

/** Work that looks for what was left undone and mends it. Bounded, idempotent, safe in several instances at once. */
export interface Sweep {
  /** In lower case with hyphens: the `kind` of the metric. */
  readonly name: string;
  /** Seconds after readiness before its first run; default 0. */
  readonly startAfterS?: number;
  /** Seconds between runs, give or take a tenth; default RECONCILE_EVERY_S. */
  readonly everyS?: number;
  /** Until `startAfterS` is over it is not run by hand either. */
  readonly onlyWhenDue?: boolean;
  /** `notes` are for a person: what it saw and may not mend by itself. */
  run(context: RequestContext): Promise<SweepResult>;
}

export interface SweepResult {
  readonly found: number;
  readonly mended: number;
  readonly notes?: readonly string[];
}

/** What came of one run of one sweep. */
export interface SweepPass extends SweepResult {
  readonly name: string;
  readonly error?: string;
}

export type Sweeps = ReturnType<typeof createSweeps>;

/** What a run may take of peers and of the write queue before it must come back. */
const passMs = 30_000;

/**
 * Runs sweeps one after another, each when its time has come, never two at once. One that throws is logged, and the
 * next goes on. `everyS` is for those that do not say themselves; `random` in [0, 1).
 */
export function createSweeps(options: {
  readonly sweeps: readonly Sweep[];
  readonly everyS: number;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "reconcilerMended">;
  readonly random?: () => number;
}) {
  const { sweeps, log, metrics, random = Math.random } = options;
  const dueAt = new Map<Sweep, number>();
  const notBefore = new Map<Sweep, number>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let underWay: Promise<unknown> = Promise.resolve();
  let asked: Promise<readonly SweepPass[]> | undefined;

  for (const { name } of sweeps) metrics.reconcilerMended.inc({ kind: name }, 0);

  async function runOne(sweep: Sweep, context: RequestContext): Promise<SweepPass> {
    const { name, everyS = options.everyS } = sweep;
    dueAt.set(sweep, performance.now() + everyS * 1000 * (0.9 + 0.2 * random()));
    try {
      const result = await sweep.run({ ...context, deadline: performance.now() + passMs });
      if (result.mended > 0) metrics.reconcilerMended.inc({ kind: name }, result.mended);
      if (result.mended > 0 || result.notes?.length) log.info({ sweep: name, ...result }, "a sweep found work");
      return { name, ...result };
    } catch (error) {
      log.error({ err: error, sweep: name }, "a sweep failed; it is tried again at its next time");
      return { name, found: 0, mended: 0, error: toldOf(error) };
    }
  }

  /** After the runs that were begun or asked for before. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = underWay.then(work);
    underWay = run.catch(() => {});
    return run;
  }

  async function runDue(): Promise<void> {
    for (const sweep of sweeps)
      if (!stopped && performance.now() >= (dueAt.get(sweep) ?? 0)) await runOne(sweep, backgroundContext(log, passMs));
    schedule();
  }

  function schedule(): void {
    clearTimeout(timer);
    if (stopped || sweeps.length === 0) return;
    const next = Math.min(...dueAt.values());
    timer = setTimeout(() => void inTurn(runDue), Math.max(0, Math.ceil(next - performance.now())));
    timer.unref();
  }

  async function runAll(context: RequestContext): Promise<readonly SweepPass[]> {
    const passes: SweepPass[] = [];
    for (const sweep of sweeps) {
      const waitMs = sweep.onlyWhenDue ? (notBefore.get(sweep) ?? Infinity) - performance.now() : 0;
      if (stopped) passes.push({ ...idle(sweep), error: "the service is stopping" });
      else if (waitMs > 0) passes.push({ ...idle(sweep), notes: [`waits ${Math.ceil(waitMs / 1000)} s more`] });
      else passes.push(await runOne(sweep, context));
    }
    return passes;
  }

  return {
    /** At readiness. */
    start(): void {
      for (const sweep of sweeps) {
        const first = performance.now() + (sweep.startAfterS ?? 0) * 1000;
        notBefore.set(sweep, first);
        dueAt.set(sweep, first);
      }
      schedule();
    },
    /** All of them now, after those under way. Who asks while another's run waits for its turn shares that one. */
    runNow({ requestId, traceparent, caller, log: own }: RequestContext): Promise<readonly SweepPass[]> {
      asked ??= inTurn(() => {
        asked = undefined;
        return runAll({ requestId, traceparent, caller, log: own, deadline: 0 });
      });
      return asked;
    },
    /** Waits for the sweep under way; begins no other. */
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}

const idle = ({ name }: Sweep): SweepPass => ({ name, found: 0, mended: 0 });

/** For an answer: what we say to clients anyway. Others may hold SQL, and stand in the log. */
function toldOf(error: unknown): string {
  if (error instanceof Problem) return `${error.code}: ${error.message}`;
  return error instanceof PeerUnavailable ? error.message : "a fault of ours; the log says more";
}
