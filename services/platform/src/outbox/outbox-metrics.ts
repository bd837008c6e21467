import { createCountGauge } from "../count-gauge.ts";
import { Counter, Gauge, type Metrics } from "../metrics.ts";
import type { OutboxCount } from "./outbox-store.ts";

/** What the three metrics of an outbox are made of. Delivered rows are counted as they are delivered, not as they are kept. */
export function measureOutbox(options: {
  readonly metrics: Pick<Metrics, "registry">;
  readonly count: () => Promise<readonly OutboxCount[]>;
  readonly now: () => number;
}) {
  const { metrics, count, now } = options;
  const registers = [metrics.registry];
  let oldest: number | undefined;

  const counts = createCountGauge<"WAITING" | "DEAD">({
    metrics,
    name: "outbox_rows",
    help: "Messages that are not delivered",
    label: "state",
    kinds: ["WAITING", "DEAD"],
    async count() {
      const counted = await count();
      oldest = oldestWaiting(counted);
      return { WAITING: total(counted, "WAITING"), DEAD: total(counted, "DEAD") };
    },
  });
  new Gauge({
    name: "outbox_oldest_age_seconds",
    help: "Age of the oldest message that waits; 0 when none does",
    registers,
    async collect() {
      await counts();
      this.set(ageS(oldest, now()));
    },
  });
  const attempts = new Counter({
    name: "outbox_attempts_total",
    help: "Tries of messages by what came of them: delivered, failed (tried again), dead (given up)",
    labelNames: ["outcome"] as const,
    registers,
  });
  for (const outcome of ["delivered", "failed", "dead"]) attempts.inc({ outcome }, 0);
  return { attempted: (outcome: "delivered" | "failed" | "dead"): void => attempts.inc({ outcome }) };
}

export const total = (counted: readonly OutboxCount[], state: OutboxCount["state"]): number =>
  counted.filter((entry) => entry.state === state).reduce((sum, { count }) => sum + count, 0);

/** When the oldest waiting row was appended. */
export function oldestWaiting(counted: readonly OutboxCount[]): number | undefined {
  const times = counted.filter(({ state }) => state === "WAITING").map(({ oldest }) => oldest);
  return times.length > 0 ? Math.min(...times) : undefined;
}

export const ageS = (since: number | undefined, now: number): number =>
  since === undefined ? 0 : Math.max(0, Math.round((now - since) / 1000));
