/** Puts the focus where the view begins, when what had it is gone. */
export const focusHeading = (): void => document.querySelector<HTMLElement>("h1")?.focus();
