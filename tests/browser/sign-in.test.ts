import { testKey } from "@shop/platform/testing";
import { signIn, useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

test("asks for a key, refuses a wrong one with its reason, and keeps the right one for this tab alone, masked", async () => {
  const page = await visiting.visitor();
  await page.goto("/orders");
  await page.getByRole("heading", { name: "Sign in to Shop" }).waitFor();
  await signIn(page, "two words");
  await page.getByText("A key has visible characters without spaces.").waitFor();
  await signIn(page, "wrong-key-of-nobody");
  await page.getByText("This key is not accepted.").waitFor();
  await signIn(page, testKey);
  // Where the person wanted to go.
  await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();

  expect(await page.locator("body").textContent()).not.toContain(testKey);
  expect(page.url()).not.toContain(testKey);
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();

  await page.getByRole("button", { name: "Forget key" }).click();
  await page.getByText("The key is forgotten.").waitFor();
  expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
});

test("an address that cannot be read, or that nothing is at, is said; /cart is the customer's own", async () => {
  const page = await visiting.signedIn("/orders/%E0%A4%A");
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
  await page.goto("/orders/nope");
  await page.getByText("There is no such order.").waitFor();
  await page.goto(`/cart/${"Anna.".repeat(12)}Anna`);
  await page.getByRole("heading", { level: 1, name: "Cart of Anna." }).waitFor();
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.goto("/cart");
  await page.getByRole("heading", { level: 1, name: "Cart of Anna." }).waitFor();
});
