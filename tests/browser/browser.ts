import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium, withoutChromium } from "../../scripts/chromium.mjs";

/** Nothing but the page itself: no start page, no background requests. */
const quietly = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // As root, and in containers, Chromium's own sandbox cannot be had.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

/** What a visitor's browser must not have had to complain of: foreign requests, violations of the policy, errors. */
export interface Visit {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Throws with the way out when there is no Chromium. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(withoutChromium);
  return chromium.launch({ executablePath, args: quietly });
}

/**
 * A visit with storage of its own. Requests beyond `origin` are refused and noted, and so is what the console says of
 * errors; answers of 4xx and 5xx, which it repeats, are the tests' own business.
 */
export async function visit(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: "en-US", timezoneId: "UTC", ...options, baseURL: origin });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  await context.route(
    (url) => url.origin !== origin,
    (route) => {
      complaints.push(`request to ${route.request().url()}`);
      return route.abort();
    },
  );
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  return { page, complaints };
}

/** Lets the page's requests to `address` go on only when what it answers with is called. */
export async function hold(page: Page, address: string): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(address, (route) => released.then(() => route.continue()));
  return release;
}
