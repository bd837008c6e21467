import type { Page } from "playwright-core";
import { hold } from "./browser.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

/** Types into the field of a form the moment it is there: before the next frame, which a busy machine draws late. */
const typesAtOnce = (page: Page, field: string, text: string) =>
  page.addInitScript(
    ([field, text]) => {
      const looking = new MutationObserver(() => {
        const input = document.querySelector<HTMLInputElement>(field as string);
        if (!input) return;
        looking.disconnect();
        input.value = text as string;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      });
      looking.observe(document, { childList: true, subtree: true });
    },
    [field, text],
  );

/** Types, and clicks as another event right after it: no frame is between. */
const typesAndClicks = (page: Page, field: string, text: string, clicked: string) =>
  page.evaluate(
    async ([field, text, clicked]) => {
      const input = document.querySelector<HTMLInputElement>(field as string);
      const target = document.querySelector<HTMLElement>(clicked as string);
      if (!input || !target) throw new Error(`no ${field} or no ${clicked}`);
      input.value = text as string;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise<void>((resolve) => queueMicrotask(resolve));
      target.click();
    },
    [field, text, clicked],
  );

async function atTheShop(): Promise<Page> {
  const page = await visiting.signedIn("/shop");
  await page.getByRole("heading", { name: "Laptop" }).waitFor();
  return page;
}

test("a customer who is typed before the page has settled stays typed, and is the one who is set", async () => {
  const page = await atTheShop();
  await typesAtOnce(page, ".customer-form input", "quick");
  await page.goto("/shop");
  await page.getByText("Set the customer before you add anything.").waitFor();
  await page.getByRole("button", { name: "Set the customer" }).click();
  await page.getByText("Cart of quick").waitFor();
});

test("a filter of orders that is typed before the page has settled stays typed", async () => {
  const page = await atTheShop();
  await typesAtOnce(page, ".order-filters input", "ann");
  await page.goto("/orders");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL("**/orders?user_id=ann");
});

test("a click that follows the typing of another customer at once adds nothing to the cart of the one before", async () => {
  const page = await atTheShop();
  const added: string[] = [];
  page.on("request", (request) => request.method() === "POST" && added.push(request.url()));
  await typesAndClicks(page, ".customer-form input", "other", ".add-to-cart button");
  await page.getByRole("button", { name: "Set the customer" }).click();
  await page.getByText("Cart of other").waitFor();
  expect(added).toEqual([]);
});

test("what was added for the customer before is not shown as the cart of the next, however late its answer comes", async () => {
  const page = await atTheShop();
  const customer = page.getByRole("textbox", { name: "Customer" });
  const set = page.getByRole("button", { name: "Set the customer" });
  await customer.fill("first");
  await set.click();
  await page.getByText("Cart of first").waitFor();
  const release = await hold(page, "**/cart/first/add?*");
  await page.getByRole("button", { name: "Add to cart: Laptop" }).click();
  await customer.fill("second");
  await set.click();
  await page.getByText("Cart of second").waitFor();
  await page.getByText("Empty", { exact: true }).waitFor();
  release();
  await page.getByText("1 × Laptop added to the cart of first.").waitFor({ state: "attached" });
  expect(await page.getByText("1 line, 1 piece").count()).toBe(0);
  await customer.fill("first");
  await set.click();
  await page.getByText("1 line, 1 piece").waitFor();
});

test("a number that is typed while another is being added stays", async () => {
  const page = await atTheShop();
  const release = await hold(page, "**/add?*");
  await page.getByRole("button", { name: "Add to cart: Smartphone" }).click();
  await page.getByLabel("Quantity of Smartphone").fill("5");
  release();
  await page.getByText("1 in the cart").waitFor();
  expect(await page.getByLabel("Quantity of Smartphone").inputValue()).toBe("5");
});

test("who types a search and goes elsewhere at once is not called back by it", async () => {
  const page = await visiting.signedIn("/products");
  await page.getByRole("link", { name: "Laptop" }).waitFor();
  const release = await hold(page, "**/assets/orders-view*");
  await typesAndClicks(page, "input[type=search]", "lap", 'nav a[href="/orders"]');
  // Set later and for longer than the search's pause, it is over later.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
  release();
  await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/orders");
});
