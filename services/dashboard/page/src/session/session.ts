import { computed, signal } from "@preact/signals";

/** Who is signed in, for this tab alone: the key is in session storage and nowhere else. */
export interface Session {
  readonly key: string;
  readonly caller: string;
  readonly scopes: readonly string[];
}
/** Why somebody has to sign in. */
export type SignedOut = "new" | "forgotten" | "refused";

const storage = "session";

export const session = signal<Session | undefined>(restored());
export const signedOut = signal<SignedOut>("new");
/** The key as it may be shown. */
export const maskedKey = computed(() => (session.value ? masked(session.value.key) : ""));

export const sessionKey = (): string | undefined => session.value?.key;

export function begin(next: Session): void {
  sessionStorage.setItem(storage, JSON.stringify(next));
  session.value = next;
}

/** What was begun and is not known to have ended stays: its caller may come back, and must not do it twice. */
export function forgetKey(why: SignedOut): void {
  sessionStorage.removeItem(storage);
  signedOut.value = why;
  session.value = undefined;
}

/** Whether the key allows it, as far as is known; the services decide. */
export const may = (scope: string): boolean => {
  const scopes = session.value?.scopes ?? [];
  return scopes.includes("*") || scopes.includes(scope);
};

/** Enough to tell keys apart, too little to use. */
export function masked(key: string): string {
  return key.length < 12 ? "••••" : `${key.slice(0, 3)}••••${key.slice(-3)}`;
}

function restored(): Session | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(storage) ?? "null");
    return typeof kept?.key === "string" && Array.isArray(kept.scopes) ? kept : undefined;
  } catch {
    return undefined;
  }
}
