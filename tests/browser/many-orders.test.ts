import { fillWithOrders } from "../budget/many-orders.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();
const orders = 10_000;

test("10,000 orders are paged through fifty at a time, and none is met twice", async () => {
  await fillWithOrders(visiting.shop, orders);
  const page = await visiting.signedIn("/orders");
  await page.getByRole("link", { name: "Next page" }).waitFor();
  const met = new Set<string>();
  for (let n = 1; n <= 20; n++) {
    const links = page.locator("tbody a");
    const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    for (const href of hrefs) met.add(href);
    expect(met.size).toBe(n * 50);
    await page.getByRole("link", { name: "Next page" }).click();
    await page.locator(`tbody a[href="${hrefs[0]}"]`).waitFor({ state: "detached" });
    await page.mouse.wheel(0, 10_000);
  }
}, 180_000);
