import { createLogger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { Problem } from "./problem.ts";
import { backgroundContext } from "./request-context.ts";
import { createSweeps, type Sweep, type Sweeps } from "./sweeps.ts";

const lines: string[] = [];
const log = createLogger("test", "info", { write: (line) => void lines.push(line) });
const context = () => backgroundContext(log, 5000, "admin");
const nothing = { found: 0, mended: 0 };

let running: Sweeps | undefined;
afterEach(() => running?.stop());

function sweepsOf(sweeps: readonly Sweep[], everyS = 3600) {
  const metrics = createMetrics("test", "0");
  running = createSweeps({ sweeps, everyS, log, metrics, random: () => 0.5 });
  return { sweeps: running, metrics };
}

/** A sweep that notes its runs, and can be held up. */
function probe(name: string, options: Partial<Sweep> = {}) {
  const runs: number[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let gate = Promise.resolve();
  const sweep: Sweep = {
    name,
    run: async () => {
      runs.push(performance.now());
      for (const { count, resolve } of waiting) if (runs.length >= count) resolve();
      await gate;
      return nothing;
    },
    ...options,
  };
  return {
    sweep,
    runs,
    ran: (count: number) =>
      new Promise<void>((resolve) => {
        waiting.push({ count, resolve });
        if (runs.length >= count) resolve();
      }),
    hold(): () => void {
      let release: () => void = () => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
  };
}

test("each sweep runs at readiness, and again at its own times", async () => {
  const often = probe("often", { everyS: 0.02 });
  const seldom = probe("seldom");
  sweepsOf([often.sweep, seldom.sweep]).sweeps.start();
  await often.ran(4);
  expect(often.runs[3]).toBeGreaterThanOrEqual((often.runs[0] ?? 0) + 55);
  expect(seldom.runs).toHaveLength(1);
});

test("one that is to wait after the start waits, while others go on", async () => {
  const late = probe("late", { startAfterS: 0.1 });
  const muchLater = probe("much-later", { startAfterS: 3600 });
  const often = probe("often", { everyS: 0.02 });
  const began = performance.now();
  sweepsOf([late.sweep, muchLater.sweep, often.sweep]).sweeps.start();
  await late.ran(1);
  expect(late.runs[0]).toBeGreaterThanOrEqual(began + 100);
  await often.ran(3);
  expect(muchLater.runs).toHaveLength(0);
});

test("one that fails is logged, and neither it nor the next is lost", async () => {
  let attempts = 0;
  const failing = probe("failing", {
    everyS: 0.01,
    run: async () => {
      attempts += 1;
      throw new Error("SELECT secret FROM nowhere");
    },
  });
  const next = probe("next", { everyS: 0.01 });
  sweepsOf([failing.sweep, next.sweep]).sweeps.start();
  await next.ran(3);
  expect(attempts).toBeGreaterThanOrEqual(3);
  expect(lines.join()).toContain("a sweep failed");
});

test("by hand all run now, in order, and tell what they found; what was mended is counted", async () => {
  const { sweeps, metrics } = sweepsOf([
    { name: "holds", startAfterS: 3600, run: async () => ({ found: 3, mended: 2, notes: ["order 1 has no payment"] }) },
    { name: "broken", run: async () => Promise.reject(new Error("SELECT secret FROM nowhere")) },
    { name: "refused", run: async () => Promise.reject(new Problem(503, "overloaded", "Too much waits.")) },
    { name: "expiry", startAfterS: 3600, onlyWhenDue: true, run: async () => ({ found: 1, mended: 1 }) },
  ]);
  sweeps.start();
  expect(await sweeps.runNow(context())).toEqual([
    { name: "holds", found: 3, mended: 2, notes: ["order 1 has no payment"] },
    { name: "broken", found: 0, mended: 0, error: "a fault of ours; the log says more" },
    { name: "refused", found: 0, mended: 0, error: "overloaded: Too much waits." },
    { name: "expiry", found: 0, mended: 0, notes: ["waits 3600 s more"] },
  ]);
  const { values } = await metrics.reconcilerMended.get();
  expect(Object.fromEntries(values.map(({ labels, value }) => [labels.kind, value]))).toEqual({
    holds: 2,
    broken: 0,
    refused: 0,
    expiry: 0,
  });
});

test("never two at once: who asks by hand waits for a run under way, and those who wait share the next", async () => {
  const one = probe("one");
  const { sweeps } = sweepsOf([one.sweep]);
  const release = one.hold();
  sweeps.start();
  await one.ran(1);
  const asked = Promise.all([sweeps.runNow(context()), sweeps.runNow(context()), sweeps.runNow(context())]);
  await new Promise((turn) => setImmediate(turn));
  expect(one.runs).toHaveLength(1);
  release();
  expect((await asked).flat()).toHaveLength(3);
  expect(one.runs).toHaveLength(2);
});

test("one who asks while a run by hand is under way gets a run that began after the question", async () => {
  const one = probe("one");
  const { sweeps } = sweepsOf([one.sweep]);
  const release = one.hold();
  const first = sweeps.runNow(context());
  await one.ran(1);
  const second = sweeps.runNow(context());
  release();
  await Promise.all([first, second]);
  expect(one.runs).toHaveLength(2);
});

test("a stop waits for the sweep under way and begins no other", async () => {
  const [one, two] = [probe("one"), probe("two")];
  const { sweeps } = sweepsOf([one.sweep, two.sweep]);
  const release = one.hold();
  const asked = sweeps.runNow(context());
  await one.ran(1);
  let stopped = false;
  const stop = sweeps.stop().then(() => {
    stopped = true;
  });
  await new Promise((turn) => setImmediate(turn));
  expect(stopped).toBe(false);
  release();
  await stop;
  expect((await asked)[1]).toMatchObject({ name: "two", error: "the service is stopping" });
  expect(two.runs).toHaveLength(0);
});

test("a run has time of its own, and takes nothing of a request along but who asked", async () => {
  const seen: unknown[] = [];
  const { sweeps } = sweepsOf([
    {
      name: "curious",
      run: async (own) => {
        seen.push(Object.keys(own).sort(), own.requestId, own.deadline - performance.now() > 20_000);
        return nothing;
      },
    },
  ]);
  const request = { ...context(), claim: { resourceId: "r", caller: "admin", key: "k", holder: "h" } };
  await sweeps.runNow(request);
  expect(seen).toEqual([["caller", "deadline", "log", "requestId", "traceparent"], request.requestId, true]);
});
