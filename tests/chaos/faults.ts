import { type FaultKind, type FaultWindow, faultKinds } from "./plan.ts";
import type { Random } from "./random.ts";

export interface Faults {
  /** What befalls a request that takes this edge now; undefined: nothing. */
  choose(edge: string, request: { readonly repeatable: boolean }): FaultKind | undefined;
  /** The clock of the windows starts. */
  begin(): void;
  /** From now on nothing befalls anything. */
  end(): void;
  /** How often each kind befell a request, by edge. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<FaultKind, number>>;
}

/** Outside of every window a request has this much ill luck all the same; to be sent twice is the commonest. */
const anyTime = 0.04;
const anyKind = [...faultKinds, "duplicate", "duplicate", "duplicate", "duplicate", "duplicate"] as const;

/** Decides for each request: the windows of the plan, and a little at any time. A request that must not be repeated is never duplicated. */
export function createFaults(windows: readonly FaultWindow[], random: Random): Faults {
  const counts = new Map<string, Map<FaultKind, number>>();
  let beganAt: number | undefined;

  function wanted(edge: string, now: number): FaultKind | undefined {
    const hit = windows.find(
      (window) =>
        window.fromMs <= now && now < window.toMs && window.edges.includes(edge) && random.chance(window.probability),
    );
    return hit?.kind ?? (random.chance(anyTime) ? random.pick(anyKind) : undefined);
  }

  return {
    counts,
    begin() {
      beganAt = performance.now();
    },
    end() {
      beganAt = undefined;
    },
    choose(edge, { repeatable }) {
      if (beganAt === undefined) return undefined;
      const kind = wanted(edge, performance.now() - beganAt);
      if (kind === undefined || (kind === "duplicate" && !repeatable)) return undefined;
      const ofEdge = counts.get(edge) ?? new Map<FaultKind, number>();
      counts.set(edge, ofEdge.set(kind, (ofEdge.get(kind) ?? 0) + 1));
      return kind;
    },
  };
}
