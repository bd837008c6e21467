import { createDashboardService } from "@shop/dashboard";
import { startTestFront, testKey } from "@shop/platform/testing";
import type { Browser, Page } from "playwright-core";
import { openBrowser, visit } from "../browser/browser.ts";
import { type Shop, startShop } from "../shop.ts";
import { fillWithOrders } from "./many-orders.ts";

/** What the page costs a person with an empty cache, in kB and ms. The services run in this process, beside the browser. */
export async function measurePage({ orders = 10_000, starts = 5, pages = 20 } = {}) {
  const shop = await startShop({ API_KEY: testKey, SEED_PRODUCTS: "true" });
  const browser = await openBrowser();
  const dashboard = await startTestFront(createDashboardService(), {
    ...peersOf(shop),
    RATE_LIMIT_PER_S: "10000",
  });
  try {
    await fillWithOrders(shop, orders);
    const first = [];
    for (let n = 0; n < starts; n++) first.push(await firstView(browser, dashboard.url));
    return {
      firstViewKb: Math.max(...first.map(({ kb }) => kb)),
      interactiveMs: median(first.map(({ ms }) => ms)),
      longestTaskMs: await longestTaskWhilePaging(browser, dashboard.url, pages),
    };
  } finally {
    await browser.close();
    await dashboard.stop();
    await shop.stop();
  }
}

const peersOf = (shop: Shop) => ({
  CATALOG_URL: shop.catalog.url,
  CART_URL: shop.cart.url,
  ORDER_URL: shop.order.url,
  PAYMENT_URL: shop.payment.url,
});

/** A page at `path`, with a session and nothing cached. */
async function arrive(browser: Browser, origin: string, path: string): Promise<Page> {
  const { page } = await visit(browser, origin);
  const session = JSON.stringify({ key: testKey, caller: "admin", scopes: ["*"] });
  await page.addInitScript((kept) => sessionStorage.setItem("session", kept), session);
  await page.goto(path, { waitUntil: "commit" });
  return page;
}

/** Script and style as they were sent, and the time until a product can be put into the cart. */
async function firstView(browser: Browser, origin: string): Promise<{ kb: number; ms: number }> {
  const page = await arrive(browser, origin, "/shop");
  await page.getByRole("button", { name: /add/i }).first().waitFor();
  const measured = await page.evaluate(() => {
    const files = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    const sent = files.filter(({ name }) => /\.(js|css)$/.test(new URL(name).pathname));
    return { ms: performance.now(), kb: sent.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000 };
  });
  await page.context().close();
  return measured;
}

/** The longest task of the browser's main thread, in ms, while a person pages through the orders and scrolls each page. */
async function longestTaskWhilePaging(browser: Browser, origin: string, pages: number): Promise<number> {
  const page = await arrive(browser, origin, "/orders");
  await page.evaluate(() => {
    const seen = window as unknown as { longest: number };
    seen.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
    }).observe({ type: "longtask", buffered: false });
  });
  for (let n = 0; n < pages; n++) {
    const before = page.url();
    await page.getByRole("link", { name: "Next page" }).click();
    await page.waitForURL((url) => url.href !== before);
    await page.getByRole("link", { name: "Next page" }).waitFor();
    await page.mouse.wheel(0, 10_000);
  }
  return page.evaluate(() => (window as unknown as { longest: number }).longest);
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
