import { signal } from "@preact/signals";

const said = signal("");
const shown = signal(false);
const shownForMs = 6000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells what happened: to those who do not see it, and for a while to those who do. */
export function announce(text: string): void {
  say(text);
  shown.value = true;
  clearTimeout(timer);
  timer = setTimeout(() => {
    shown.value = false;
  }, shownForMs);
}

/** The same for what everybody who sees it can see, such as that another view is there. */
export function say(text: string): void {
  // The same words twice are two announcements.
  said.value = said.value === text ? `${text}\u00a0` : text;
  shown.value = false;
}

export const Announcer = () => (
  <div class={shown.value ? "toast" : "visually-hidden"} role="status" aria-live="polite">
    {said}
  </div>
);
