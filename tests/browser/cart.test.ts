import type { Page } from "playwright-core";
import { hold } from "./browser.ts";
import { holdsInEveryLook } from "./looks.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

interface Product {
  readonly id: number;
  readonly name: string;
}
async function newProduct(name: string, rest: { price?: number; stock?: number } = {}): Promise<Product> {
  return (await visiting.shop.catalog.call("POST", "/products", { body: { name, price: 10, stock: 5, ...rest } })).body;
}
const edit = ({ id }: Product, body: object) =>
  visiting.shop.catalog.call("PATCH", `/products/${id}`, { body, headers: { "If-Match": '"1.0"' } });
const add = (userId: string, { id }: Product, quantity = 1) =>
  visiting.shop.cart.call("POST", `/cart/${userId}/add?product_id=${id}&quantity=${quantity}`);
const row = (page: Page, { name }: Product) => page.getByRole("row").filter({ hasText: name });

test("quantities are changed, lines removed, and all of it cleared after a question", async () => {
  const [pen, ink] = [await newProduct("Pen"), await newProduct("Ink", { price: 2.5 })];
  for (const product of [pen, ink]) await add("edits", product);
  const page = await visiting.signedIn("/cart/edits");
  const quantity = page.getByLabel("Quantity of Pen");
  await quantity.fill("0");
  await quantity.press("Enter");
  await page.getByText("From 1 to 99.").waitFor();
  await quantity.fill("3");
  await page.getByRole("button", { name: "Update Pen" }).click();
  await page.getByText("$32.50").waitFor();
  await quantity.fill("6");
  await quantity.press("Enter");
  await page.getByText("Only 5 can be had").waitFor();
  await page.getByRole("button", { name: "Remove Ink" }).click();
  await row(page, ink).waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Clear the cart" }).click();
  await page.getByRole("button", { name: "Keep it" }).click();
  await row(page, pen).waitFor();
  await page.getByRole("button", { name: "Clear the cart" }).click();
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.getByRole("link", { name: "To the shop" }).waitFor();
  expect((await visiting.shop.cart.call("GET", "/cart/edits")).body.items).toEqual([]);
});

test("nothing is ordered while a change of the cart is under way", async () => {
  const cup = await newProduct("Cup");
  await add("hasty", cup);
  const page = await visiting.signedIn("/cart/hasty");
  const quantity = page.getByLabel("Quantity of Cup");
  await quantity.fill("4");
  const release = await hold(page, "**/cart/hasty/items/*");
  await quantity.press("Enter");
  await page.getByRole("button", { name: "Check out" }).click({ force: true });
  release();
  await page.getByText("$40.00").first().waitFor();
  expect((await visiting.shop.order.call("GET", "/orders?user_id=hasty")).body).toEqual([]);
  await page.getByRole("button", { name: "Check out" }).click();
  await page.getByRole("button", { name: "Pay $40.00" }).waitFor();
});

test("a price that changed is told at the checkout with both prices, shown, and accepted by the next one", async () => {
  const lamp = await newProduct("Lamp");
  await add("price", lamp);
  const page = await visiting.signedIn("/cart/price");
  await row(page, lamp).waitFor();
  await edit(lamp, { price: 12 });
  await page.getByRole("button", { name: "Check out" }).click();
  await page.getByText("Lamp: it was $10.00, and is $12.00 now.").waitFor();
  await row(page, lamp).getByText("Price changed").waitFor();
  await page.getByRole("button", { name: "Accept the price of Lamp" }).click();
  await row(page, lamp).getByText("Price changed").waitFor({ state: "detached" });
  await page.getByRole("alert").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Check out" }).click();
  await page.getByRole("button", { name: "Pay $12.00" }).waitFor();
});

test("short stock and a product that is gone are told line by line, and the rest can be bought", async () => {
  const [short, gone] = [await newProduct("Short thing"), await newProduct("Gone thing")];
  await add("lines", short, 4);
  await add("lines", gone);
  const page = await visiting.signedIn("/cart/lines");
  await row(page, gone).waitFor();
  await edit(gone, { active: false });
  await visiting.shop.catalog.call("POST", `/products/${short.id}/stock-adjustments`, {
    body: { delta: -3, reason: "broken" },
  });
  await page.getByRole("button", { name: "Check out" }).click();
  await page.getByRole("listitem").filter({ hasText: "Gone thing is not sold any more." }).waitFor();
  await row(page, gone).getByText("Not sold any more").waitFor();
  await row(page, short).getByText("Short stock").waitFor();
  await holdsInEveryLook(page, "cart-refused", [360]);
  await page.getByRole("button", { name: "Remove Gone thing" }).click();
  await row(page, gone).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Check out" }).click();
  await page.getByText("Short thing: 4 wanted, 2 available.").waitFor();
  await page.getByLabel("Quantity of Short thing").fill("2");
  await page.getByRole("button", { name: "Update Short thing" }).click();
  await row(page, short).getByText("Short stock").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Check out" }).click();
  await page.getByRole("button", { name: "Pay $20.00" }).waitFor();
  await holdsInEveryLook(page, "order-placed", [360]);
});

test("what another tab does to the cart is seen here, and a checkout there is no second order here", async () => {
  const chair = await newProduct("Chair");
  await add("tabs", chair);
  const [here, there] = [await visiting.signedIn("/cart/tabs"), await visiting.signedIn("/cart/tabs")];
  await here.getByLabel("Quantity of Chair").waitFor();
  await there.getByLabel("Quantity of Chair").fill("2");
  await there.getByRole("button", { name: "Update Chair" }).click();
  await here.getByText("$20.00").first().waitFor();
  expect(await here.getByLabel("Quantity of Chair").inputValue()).toBe("2");
  await here.route("**/cart/tabs", (route) => route.abort());
  await there.getByRole("button", { name: "Check out" }).click();
  await there.getByRole("heading", { level: 1, name: "Order placed" }).waitFor();
  await here.getByRole("button", { name: "Check out" }).click();
  await here.getByText("It may have been ordered in another tab").waitFor();
  expect((await visiting.shop.order.call("GET", "/orders?user_id=tabs")).body).toHaveLength(1);
});

test("without the order service the cart is kept; the same checkout makes one order when it is back", async () => {
  await add("away", await newProduct("Sofa"));
  const page = await visiting.signedIn("/cart/away");
  const checkOut = page.getByRole("button", { name: "Check out" });
  await checkOut.waitFor();
  await visiting.shop.order.stop();
  await checkOut.click();
  await page.getByText("The order service is away").waitFor();
  await page.getByText("The cart is kept").waitFor();
  await visiting.shop.again("order");
  const placed = page.getByRole("heading", { level: 1, name: "Order placed" });
  const tried = async () => {
    // The cart remembers for some seconds that its peer was away.
    await page.getByRole("button", { name: "Go on with the checkout" }).click();
    return Promise.race([
      placed.waitFor().then(() => true),
      page
        .getByRole("alert")
        .waitFor()
        .then(() => false),
    ]);
  };
  while (!(await tried()));
  expect((await visiting.shop.order.call("GET", "/orders?user_id=away")).body).toHaveLength(1);
});

test("a product added while the catalog is away is not checked yet, and is when the catalog is back", async () => {
  const vase = await newProduct("Vase", { price: 30 });
  const page = await visiting.signedIn("/cart/unchecked");
  await page.getByText("The cart is empty.").first().waitFor();
  await visiting.shop.catalog.stop();
  await add("unchecked", vase);
  await page.getByText("Not checked yet", { exact: true }).waitFor();
  await page.getByText(`Product ${vase.id}`, { exact: true }).waitFor();
  await visiting.shop.again("catalog");
  await page.getByText("Not checked yet", { exact: true }).waitFor({ state: "detached" });
  await row(page, vase).getByText("$30.00").first().waitFor();
});
