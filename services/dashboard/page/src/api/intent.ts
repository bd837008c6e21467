import type { ApiProblem } from "./problem.ts";

/**
 * Keys under which a request happens once. One for each intent, such as "pay order 7": kept before the request goes out,
 * so that a second click and a reload repeat the first request instead of making another.
 */
const prefix = "intent:";

/** The key of this intent, made at its first use. */
export function intentKey(intent: string): string {
  const kept = sessionStorage.getItem(prefix + intent);
  if (kept) return kept;
  const key = newKey();
  sessionStorage.setItem(prefix + intent, key);
  return key;
}

/** Whether it was begun, here or before a reload, and its outcome is not known yet. */
export const intentOpen = (intent: string): boolean => sessionStorage.getItem(prefix + intent) !== null;

/** After an outcome that is final: the next request of this intent is another one. */
export const intentOver = (intent: string): void => sessionStorage.removeItem(prefix + intent);

/**
 * Carries an intent out. The key stays while the outcome is uncertain (no answer, 5xx, 202), because the same may be
 * asked again; a success or a refusal ends it.
 */
export async function once<Result extends { readonly status: number }>(
  intent: string,
  ask: (idempotencyKey: string) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await ask(intentKey(intent));
    if (result.status !== 202) intentOver(intent);
    return result;
  } catch (error) {
    if ((error as ApiProblem).isUncertain === false) intentOver(intent);
    throw error;
  }
}

/** Random; `crypto.randomUUID` is missing where the page is not served from a secure origin. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
