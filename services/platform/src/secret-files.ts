import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "./log.ts";

/** The values of a secret's text: one a line, blank lines and carriage returns ignored. */
export const secretLines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** The files of a mounted Secret by name. Names with a leading dot belong to the mount itself (`..data`, `..2026_…`). */
export function readSecretFolder(folder: string): Map<string, string[]> {
  const names = readdirSync(folder).filter((name) => !name.startsWith("."));
  return new Map(names.map((name) => [name, secretLines(readFileSync(join(folder, name), "utf8"))]));
}

/**
 * A value read from files now and again every few seconds: Kubernetes renews a mounted Secret by swapping symlinks,
 * which file watchers miss. The first read throws; a later one that fails keeps the last good value and is logged.
 */
export function createReread<Value>(
  read: () => Value,
  log: Logger,
  everyMs = 2000,
): { current(): Value; stop(): void } {
  let value = read();
  let failing = false;
  const timer = setInterval(() => {
    try {
      value = read();
      failing = false;
    } catch (error) {
      if (!failing) log.error({ err: error }, "a mounted secret cannot be read; the last good one stays in force");
      failing = true;
    }
  }, everyMs);
  timer.unref();
  return { current: () => value, stop: () => clearInterval(timer) };
}
