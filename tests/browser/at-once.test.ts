import type { Page } from "playwright-core";
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

test("a customer who is typed before the page has settled stays typed, and is the one who is set", async () => {
  const page = await visiting.signedIn("/products");
  await typesAtOnce(page, ".customer-form input", "quick");
  await page.goto("/shop");
  await page.getByText("Set the customer before you add anything.").waitFor();
  await page.getByRole("button", { name: "Set the customer" }).click();
  await page.getByText("Cart of quick").waitFor();
});

test("a click that follows the typing of another customer at once adds nothing to the cart of the one before", async () => {
  const page = await visiting.signedIn("/shop");
  await page.getByRole("button", { name: "Add to cart: Laptop" }).waitFor();
  const added: string[] = [];
  page.on("request", (request) => request.method() === "POST" && added.push(request.url()));
  await page.evaluate(async () => {
    const customer = document.querySelector<HTMLInputElement>(".customer-form input");
    if (!customer) throw new Error("no field for the customer");
    customer.value = "other";
    customer.dispatchEvent(new Event("input", { bubbles: true }));
    // An event of its own, as a click is, and no frame between.
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    document.querySelector<HTMLFormElement>(".add-to-cart")?.requestSubmit();
  });
  await page.getByRole("button", { name: "Set the customer" }).click();
  await page.getByText("Cart of other").waitFor();
  expect(added).toEqual([]);
});

test("a filter of orders that is typed before the page has settled stays typed", async () => {
  const page = await visiting.signedIn("/shop");
  await typesAtOnce(page, ".order-filters input", "ann");
  await page.goto("/orders");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL("**/orders?user_id=ann");
});
