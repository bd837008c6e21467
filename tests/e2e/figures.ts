import { appendFileSync } from "node:fs";

export interface Figure {
  readonly test: string;
  readonly what: string;
  readonly value: string;
}

/** Tells a figure of the test that runs now: on the terminal at once, and in the table at the end. */
export function figure(what: string, value: string | number): void {
  const test = expect.getState().currentTestName ?? "";
  process.stdout.write(`    ${what}: ${value}\n`);
  const entry: Figure = { test, what, value: String(value) };
  if (process.env.E2E_FIGURES) appendFileSync(process.env.E2E_FIGURES, `${JSON.stringify(entry)}\n`);
}

/** Seconds since `begin`, a time of `performance.now()`, as people write them. */
export const secondsSince = (begin: number): string => `${((performance.now() - begin) / 1000).toFixed(1)} s`;
