import { setTimeout as pause } from "node:timers/promises";

type Asked<T> = T | undefined | false;

/**
 * Asks until the answer is neither false nor undefined, and gives it: for what happens by itself, and of which nobody
 * tells. Throws after `withinMs`.
 */
export async function eventually<T>(ask: () => Promise<Asked<T>> | Asked<T>, withinMs = 15_000): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > until) throw new Error(`not so within ${withinMs} ms: ${ask}`);
    await pause(10);
  }
}
