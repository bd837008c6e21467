import { createDashboardService } from "@shop/dashboard";
import { startTestFront, type TestFront, testKey } from "@shop/platform/testing";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type Shop, startShop } from "../shop.ts";
import { openBrowser, type Visit, visit } from "./browser.ts";

export interface ShopInBrowser {
  readonly shop: Shop;
  readonly dashboard: TestFront;
  readonly browser: Browser;
  /** A visitor who has not signed in. */
  visitor(options?: BrowserContextOptions): Promise<Page>;
  /** A visitor at `path` with a key: the one of every scope unless told otherwise. */
  signedIn(path?: string, options?: BrowserContextOptions & { key?: string }): Promise<Page>;
}

/** The whole shop with its dashboard and a browser, for a test file. After each test nobody's browser has complained. */
export function useShopInBrowser(env: Readonly<Record<string, string>> = {}): ShopInBrowser {
  let shop: Shop;
  let dashboard: TestFront;
  let browser: Browser;
  let visits: Visit[] = [];

  beforeAll(async () => {
    const all = { API_KEY: testKey, SEED_PRODUCTS: "true", ...env };
    [shop, browser] = await Promise.all([startShop(all), openBrowser()]);
    dashboard = await startTestFront(createDashboardService(), {
      CATALOG_URL: shop.catalog.url,
      CART_URL: shop.cart.url,
      ORDER_URL: shop.order.url,
      PAYMENT_URL: shop.payment.url,
      RATE_LIMIT_PER_S: "10000",
      ...(env.REQUEST_TIMEOUT_MS ? { REQUEST_TIMEOUT_MS: env.REQUEST_TIMEOUT_MS } : {}),
    });
  });
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
    await shop?.stop();
  });
  afterEach(async () => {
    const complaints = visits.flatMap((each) => each.complaints);
    await Promise.all(visits.map(({ page }) => page.context().close()));
    visits = [];
    expect(complaints).toEqual([]);
  });

  async function visitor(options?: BrowserContextOptions): Promise<Page> {
    const begun = await visit(browser, dashboard.url, options);
    visits.push(begun);
    return begun.page;
  }
  return {
    get shop() {
      return shop;
    },
    get dashboard() {
      return dashboard;
    },
    get browser() {
      return browser;
    },
    visitor,
    async signedIn(path = "/", { key = testKey, ...options } = {}) {
      const page = await visitor(options);
      await page.goto(path);
      await signIn(page, key);
      return page;
    },
  };
}

/** Fills in the key where the page asks for it, as a person does. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}
