import { signal } from "@preact/signals";

const said = signal("");

/** Tells what happened to those who do not see it. */
export function announce(text: string): void {
  // The same words twice are two announcements.
  said.value = said.value === text ? `${text}\u00a0` : text;
}

export const Announcer = () => (
  <div class="visually-hidden" role="status" aria-live="polite">
    {said}
  </div>
);
