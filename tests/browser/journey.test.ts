import type { Locator, Page } from "playwright-core";
import { signIn, useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

const orderOf = async (userId: string) => {
  const { body } = await visiting.shop.order.call("GET", `/orders?user_id=${userId}`);
  expect(body).toHaveLength(1);
  return body[0];
};

test("by mouse: key, customer, product, cart, checkout, pay, PAID", async () => {
  const page = await visiting.signedIn();
  await page.getByRole("textbox", { name: "Customer" }).fill("mouse");
  await page.getByRole("button", { name: "Set the customer" }).click();
  await page.getByLabel("Search").fill("phone");
  await page.getByRole("heading", { name: "Laptop" }).waitFor({ state: "detached" });
  await page.getByLabel("Quantity of Headphones").fill("2");
  await page.getByRole("button", { name: "Add to cart: Headphones" }).click();
  await page.getByText("1 line, 2 pieces").waitFor();
  await page.getByRole("link", { name: "Open cart" }).click();
  await page.getByRole("heading", { level: 1, name: "Cart of mouse" }).waitFor();
  await page.getByRole("button", { name: "Check out" }).click();
  await page.getByRole("heading", { level: 1, name: "Order placed" }).waitFor();
  await page.getByRole("button", { name: "Pay $399.98" }).click();
  await page.getByText("$399.98 was taken, once.").waitFor();

  expect(await orderOf("mouse")).toMatchObject({ status: "PAID", total: 399.98 });
  await page.reload();
  await page.getByText("Paid", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: /^Pay/ }).count()).toBe(0);
});

test("by keyboard alone, which always shows where it is", async () => {
  const page = await visiting.visitor();
  await page.goto("/");
  await page.getByLabel("API key").waitFor();
  // The page puts the focus there itself.
  await page.keyboard.type("test-key-of-every-scope");
  await page.keyboard.press("Enter");
  const customer = page.getByRole("textbox", { name: "Customer" });
  await customer.waitFor();
  await tabTo(page, customer);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("keys");
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Add to cart: Smartphone" }));
  await page.keyboard.press("Enter");
  await page.getByText("1 line, 1 piece").waitFor();
  await tabTo(page, page.getByRole("link", { name: "Open cart" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await focused(page.getByRole("heading", { level: 1, name: "Cart of keys" }));
  const quantity = page.getByLabel("Quantity of Smartphone");
  await quantity.waitFor();
  await tabTo(page, quantity);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.getByText("2 × Smartphone in the cart.").waitFor();
  await tabTo(page, page.getByRole("button", { name: "Check out" }));
  await page.keyboard.press("Space");
  await focused(page.getByRole("heading", { level: 1, name: "Order placed" }));
  const pay = page.getByRole("button", { name: "Pay $1,399.98" });
  await pay.waitFor();
  await tabTo(page, pay);
  // It waits a moment for those who clicked twice before.
  await pay.and(page.locator('[aria-disabled="false"]')).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("$1,399.98 was taken, once.").waitFor();
  expect(await orderOf("keys")).toMatchObject({ status: "PAID", total: 1399.98 });
});

test("without the scopes for it nothing is offered that would be refused", async () => {
  const page = await visiting.visitor();
  // The services' own refusals have tests of their own; here the key is told to be one of a clerk who looks.
  await page.route("**/whoami", (route) => route.fulfill({ json: { caller: "clerk", scopes: ["catalog:read"] } }));
  await page.goto("/shop");
  await signIn(page, "test-key-of-every-scope");
  await page.getByRole("heading", { name: "Laptop" }).waitFor();
  expect(await page.getByRole("button", { name: /Add to cart/ }).count()).toBe(0);
  expect(await page.getByRole("link", { name: "Cart" }).count()).toBe(0);
});

const isFocused = (element: Locator) => element.evaluate((each) => each === document.activeElement);

/** Presses Tab until the element has the focus, which must then be seen. */
async function tabTo(page: Page, element: Locator, key = "Tab"): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed++) {
    if (await isFocused(element)) {
      expect(await element.evaluate((each) => getComputedStyle(each).outlineStyle)).toBe("solid");
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`${element} is not reached by ${key}.`);
}

async function focused(element: Locator): Promise<void> {
  await element.waitFor();
  await expect(isFocused(element)).resolves.toBe(true);
}
