import { createRandom, type Random } from "./random.ts";

/** A process is killed, left dead for a while, started, and killed again so long after each of these starts. */
export interface Blow {
  readonly name: string;
  readonly downMs: number;
  readonly againAfterMs: readonly number[];
}

/** What can befall a request on its way from one process to another; "drop" and "fail-after" let it arrive. */
export const faultKinds = ["refuse", "hang", "delay", "drop", "duplicate", "fail", "fail-after"] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly edges: readonly string[];
  readonly kind: FaultKind;
  readonly probability: number;
}

export interface Plan {
  readonly durationMs: number;
  /** How each process is killed at its very first starts, when it makes its tables. */
  readonly births: readonly Blow[];
  readonly strikes: readonly { readonly atMs: number; readonly blows: readonly Blow[] }[];
  /** SIGSTOP, and SIGCONT afterwards. */
  readonly pauses: readonly { readonly atMs: number; readonly name: string; readonly forMs: number }[];
  readonly windows: readonly FaultWindow[];
}

/** The load runs before the first fault and after the last one, so that each has work to hit. */
const leadMs = 1000;

/** Everything that will go wrong in a run, decided by its seed: at least `kills` kills, spread over the time. */
export function makePlan(options: {
  seed: number;
  durationMs: number;
  kills: number;
  processes: readonly string[];
  edges: readonly string[];
}): Plan {
  const { durationMs, processes, edges } = options;
  const random = createRandom(options.seed);
  const births = processes.map((name) => birth(random, name));
  const blows: Blow[][] = [];
  for (let killed = count(births) - births.length; killed < options.kills; ) {
    const struck = random.some(processes, random.pick([1, 1, 1, 1, 2, 2, 3, processes.length]));
    const together = struck.map((name) => blow(random, name));
    blows.push(together);
    killed += count(together);
  }
  const every = (durationMs - 2 * leadMs) / blows.length;
  const strikes = blows.map((together, index) => ({
    atMs: Math.round(leadMs + (index + random.next()) * every),
    blows: together,
  }));
  const pauses = Array.from({ length: Math.ceil(durationMs / 6000) }, () => ({
    atMs: random.int(leadMs, durationMs),
    name: random.pick(processes),
    forMs: random.int(100, 3000),
  }));
  const windows = Array.from({ length: Math.ceil(durationMs / 1500) }, () => faultWindow(random, durationMs, edges));
  return { durationMs, births, strikes, pauses: pauses.sort((a, b) => a.atMs - b.atMs), windows };
}

/** Kills in these blows. A birth has one less: nothing runs yet that could be killed first. */
const count = (blows: readonly Blow[]): number =>
  blows.reduce((sum, { againAfterMs }) => sum + 1 + againAfterMs.length, 0);

const birth = (random: Random, name: string): Blow => ({
  name,
  downMs: 0,
  againAfterMs: Array.from({ length: random.int(0, 3) }, () => random.int(100, 500)),
});

const blow = (random: Random, name: string): Blow => ({
  name,
  downMs: random.chance(0.5) ? 0 : random.int(0, 1500),
  againAfterMs: Array.from({ length: random.pick([0, 0, 0, 1, 2]) }, () => random.int(10, 700)),
});

function faultWindow(random: Random, durationMs: number, edges: readonly string[]): FaultWindow {
  const fromMs = random.int(0, durationMs);
  return {
    fromMs,
    toMs: Math.min(durationMs, fromMs + random.int(300, 4000)),
    edges: random.some(edges, random.pick([1, 1, 2, 3, edges.length])),
    kind: random.pick(faultKinds),
    probability: random.pick([0.2, 0.5, 1]),
  };
}
