import { session } from "../session/session.ts";
import { asProblem } from "./problem.ts";

/**
 * Keys under which a request happens once. One for each intent, such as "pay order 7": kept before the request goes out,
 * so that a second click and a reload repeat the first request instead of making another. Each caller has intents of its
 * own, as the services know keys by caller: what one began is never gone on with in the name of another.
 */
interface Kept<Wish> {
  readonly key: string;
  /** What was asked for, where the name of the intent does not say it all. */
  readonly wish?: Wish;
}

const nameOf = (intent: string): string => `intent:${session.value?.caller ?? ""}:${intent}`;

const keptOf = <Wish>(intent: string): Kept<Wish> | undefined => {
  const kept = sessionStorage.getItem(nameOf(intent));
  return kept === null ? undefined : JSON.parse(kept);
};

/** Whether it was begun, here or before a reload, and its outcome is not known yet. */
export const intentOpen = (intent: string): boolean => keptOf(intent) !== undefined;

/** What was asked for by an intent whose outcome is not known yet. */
export const openWish = <Wish>(intent: string): Wish | undefined => keptOf<Wish>(intent)?.wish;

/** After an outcome that is final: the next request of this intent is another one. */
export const intentOver = (intent: string): void => sessionStorage.removeItem(nameOf(intent));

/**
 * Carries an intent out. The key stays while the outcome is uncertain (no answer, 5xx, 202), because the same may be
 * asked again; a success or a refusal ends it. What is told before the key is looked at ends it only when nothing was
 * asked for under it before.
 */
export async function once<Result extends { readonly status: number }>(
  intent: string,
  ask: (idempotencyKey: string) => Promise<Result>,
  wish?: unknown,
): Promise<Result> {
  const earlier = keptOf(intent);
  const { key } = earlier ?? keep(intent, wish);
  try {
    const result = await ask(key);
    if (result.status !== 202) intentOver(intent);
    return result;
  } catch (error) {
    const { isUncertain, isBeforeTheKey } = asProblem(error);
    if (!isUncertain && !(isBeforeTheKey && earlier)) intentOver(intent);
    throw error;
  }
}

function keep(intent: string, wish: unknown): Kept<unknown> {
  const kept = { key: newKey(), wish };
  sessionStorage.setItem(nameOf(intent), JSON.stringify(kept));
  return kept;
}

/** For what is harmless to repeat and shall be done anew at each click. Random; `crypto.randomUUID` is missing where the page is not served from a secure origin. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
