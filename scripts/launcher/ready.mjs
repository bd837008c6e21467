import { setTimeout as delay } from "node:timers/promises";
import { refusal } from "./refusal.mjs";

/** Resolves when every service says that it is ready; refuses after `patienceMs`, naming those that do not. */
export async function untilReady(services, { patienceMs, signal }) {
  const giveUpAt = performance.now() + patienceMs;
  const waiting = new Set(services);
  while (waiting.size > 0) {
    await Promise.all([...waiting].map(async (service) => (await isReady(service)) && waiting.delete(service)));
    if (signal.aborted || waiting.size === 0) return;
    if (performance.now() > giveUpAt) {
      const names = [...waiting].map(({ name }) => name).join(", ");
      throw refusal(`Not ready after ${Math.round(patienceMs / 1000)} s: ${names}. The lines above may say why.`);
    }
    await delay(100);
  }
}

async function isReady({ url }) {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false; // Not listening yet; a process that ends is noticed by its supervisor.
  }
}
