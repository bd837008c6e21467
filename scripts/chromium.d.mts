/** The path of a Chromium: CHROMIUM, the one that Playwright keeps, or the system's; undefined when there is none. */
export function findChromium(): string | undefined;
export const withoutChromium: string;
