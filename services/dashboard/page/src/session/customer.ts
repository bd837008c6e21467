import { signal } from "@preact/signals";

const storage = "customer";

/** Whose cart is worked on. */
export const customer = signal(sessionStorage.getItem(storage) ?? "user1");

/** Somebody else is typed where the customer is chosen, and not set yet: nothing is sold to anybody meanwhile. */
export const choosing = signal(false);

/** As docs/api.md has it. */
export const isUserId = (text: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}$/.test(text);

export function setCustomer(userId: string): void {
  if (!isUserId(userId)) return;
  sessionStorage.setItem(storage, userId);
  customer.value = userId;
}
