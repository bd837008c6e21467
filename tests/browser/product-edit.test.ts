import type { Page } from "playwright-core";
import { hold } from "./browser.ts";
import { holdsInEveryLook } from "./looks.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

const call = (method: string, path: string, body?: unknown) => visiting.shop.catalog.call(method, path, { body });
const make = async (stock = 5): Promise<number> =>
  (await call("POST", "/products", { name: "Lamp", price: 20, stock, description: "Warm" })).body.id;
const stored = async (id: number) => (await call("GET", `/products/${id}`)).body;
const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true }).click();

/** Two people have the same product open, and the second has saved a name and a price first. */
async function staleEdit(id: number): Promise<Page> {
  const [first, second] = [await visiting.signedIn(`/products/${id}`), await visiting.signedIn(`/products/${id}`)];
  await first.getByLabel("Price in USD").fill("22");
  await second.getByLabel("Price in USD").fill("25");
  await second.getByLabel("Name").fill("Desk lamp");
  await save(second);
  await second.getByRole("heading", { level: 1, name: "Desk lamp" }).waitFor();
  await save(first);
  await first.getByRole("heading", { name: "Somebody else has edited this product" }).waitFor();
  return first;
}

test("a stale edit shows both versions field by field; saved over theirs it keeps what only they have changed", async () => {
  const id = await make();
  const page = await staleEdit(id);
  const versions = page.getByRole("table", { name: "Both versions" });
  const rows = await versions.getByRole("row").allInnerTexts();
  expect(rows.map((row) => row.split(/\s*\t\s*/))).toEqual([
    ["Field", "Theirs, stored now", "Yours", "Changed by"],
    ["Name", "Desk lamp", "Desk lamp", "Them"],
    ["Price", "25.00", "22", "Both"],
  ]);
  await holdsInEveryLook(page, "conflict", [360]);
  expect(await stored(id)).toMatchObject({ name: "Desk lamp", price: 25 });
  await page.getByRole("button", { name: "Save yours over theirs" }).click();
  await versions.waitFor({ state: "detached" });
  expect(await stored(id)).toMatchObject({ name: "Desk lamp", price: 22, version: 3 });
  expect(await page.getByLabel("Name").inputValue()).toBe("Desk lamp");
});

test("of a stale edit theirs can be taken, which changes nothing", async () => {
  const id = await make();
  const page = await staleEdit(id);
  await page.getByRole("button", { name: "Take theirs" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).waitFor();
  expect(await page.getByLabel("Price in USD").inputValue()).toBe("25.00");
  expect(await stored(id)).toMatchObject({ name: "Desk lamp", price: 25, version: 2 });
});

test("what is typed while a change is being saved is there afterwards, to be saved next", async () => {
  const id = await make();
  const page = await visiting.signedIn(`/products/${id}`);
  await page.getByLabel("Name").fill("Floor lamp");
  const release = await hold(page, `**/products/${id}`);
  await save(page);
  await page.getByLabel("Description").fill("Warm and tall");
  release();
  await page.getByRole("heading", { level: 1, name: "Floor lamp" }).waitFor();
  expect(await page.getByLabel("Description").inputValue()).toBe("Warm and tall");
  await save(page);
  await page.getByText("Undo my changes").waitFor({ state: "detached" });
  expect(await stored(id)).toMatchObject({ name: "Floor lamp", description: "Warm and tall", version: 3 });
});

test("the stock is adjusted once however often it is clicked, with its reason in the history", async () => {
  const id = await make(5);
  const page = await visiting.signedIn(`/products/${id}`);
  await page.getByLabel("Change").fill("-3");
  await page.getByText("There will be 2 in stock.").waitFor();
  await page.getByRole("button", { name: "Damaged" }).click();
  await page.getByRole("button", { name: "Adjust the stock" }).dblclick();
  await page.getByRole("row", { name: /-3 Damaged/ }).waitFor();
  expect((await call("GET", `/products/${id}/stock-movements`)).body).toHaveLength(2);

  await page.getByLabel("Change").fill("-4");
  await page.getByLabel("Reason").fill("Lost");
  await page.getByRole("button", { name: "Adjust the stock" }).click();
  await page.getByText("At most 2 can be taken away. Nothing was changed.").waitFor();
  expect(await stored(id)).toMatchObject({ stock: 2 });
});

test("an adjustment whose answer was lost is asked for again, and is not taken for the next one", async () => {
  const id = await make(100);
  const page = await visiting.signedIn(`/products/${id}`);
  const adjust = async () => {
    await page.getByLabel("Change").fill("10");
    await page.getByLabel("Reason").fill("Delivery");
    await page.getByRole("button", { name: "Adjust the stock" }).click();
  };
  await page.getByLabel("Change").waitFor();
  const heard = new Promise<void>((resolve) => {
    void page.route("**/stock-adjustments", (route) => void route.fetch().then(() => resolve(route.abort())), {
      times: 1,
    });
  });
  await adjust();
  await heard;
  await page.reload();
  await page.getByText("It is not known whether +10 (Delivery) was counted.").waitFor();
  await call("POST", `/products/${id}/stock-adjustments`, { delta: -20, reason: "Lost" });
  await page.getByRole("button", { name: "Ask again" }).click();
  await page.getByText("+10 was already counted.").waitFor();
  expect((await stored(id)).stock).toBe(90);

  await adjust();
  await page.getByText("+10: there are 100 in stock now.").waitFor();
  expect((await stored(id)).stock).toBe(100);
});

test("what an order has taken leads to the order, a history of many movements has pages", async () => {
  const id = await make(5);
  const { order, payment } = visiting.shop;
  const placed = await order.call("POST", "/orders?user_id=user1", { body: [{ product_id: id, price: 20 }] });
  expect((await payment.call("POST", `/pay?order_id=${placed.body.id}&amount=20`)).status).toBe(200);
  const page = await visiting.signedIn(`/products/${id}`);
  const link = page.getByRole("row", { name: /-1/ }).getByRole("link");
  expect(await link.getAttribute("href")).toBe(`/orders/${placed.body.id}`);

  for (let at = 1; at <= 20; at++)
    await call("POST", `/products/${id}/stock-adjustments`, { delta: at, reason: `Delivery ${at}` });
  await page.getByRole("link", { name: "Next page" }).click();
  await page.getByRole("row", { name: /initial stock/ }).waitFor();
});

test("a product is taken out of sale and put back", async () => {
  const id = await make();
  const page = await visiting.signedIn(`/products/${id}`);
  await page.getByRole("button", { name: "Deactivate" }).click();
  await page.getByText("Not sold", { exact: true }).waitFor();
  expect((await stored(id)).active).toBe(false);
  await page.getByRole("button", { name: "Activate" }).click();
  await page.getByRole("button", { name: "Deactivate" }).waitFor();
  expect((await stored(id)).active).toBe(true);
});
