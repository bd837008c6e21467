import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

const script = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

async function make(product: { name: string; price?: number; stock?: number; sku?: string; active?: boolean }) {
  const { body } = await visiting.shop.catalog.call("POST", "/products", { body: { price: 5, ...product } });
  return body;
}

test("a product is made; what is wrong is told at the fields, by the page and by the catalog", async () => {
  await make({ name: "Chair", sku: "CHAIR-1" });
  const page = await visiting.signedIn("/products/new");
  const create = page.getByRole("button", { name: "Create the product" });
  await page.getByLabel("Price in USD").fill("19,999");
  await create.click();
  await page.getByText("A product needs a name.").waitFor();
  await page.getByText("Enter an amount in USD above zero, such as 19.00.").waitFor();
  expect(await page.getByLabel("Name").evaluate((input) => input === document.activeElement)).toBe(true);

  await page.getByLabel("Name").fill("Stool");
  await page.getByLabel("Price in USD").fill("19.90");
  await page.getByLabel("SKU").fill("no spaces!");
  await create.click();
  await page.getByText("sku must be 1 to 64 letters").waitFor();
  expect(await page.getByLabel("SKU").getAttribute("aria-invalid")).toBe("true");
  await page.getByLabel("SKU").fill("CHAIR-1");
  await create.click();
  await page.getByText("Another product has this SKU. Choose another.").waitFor();

  await page.getByLabel("SKU").fill("STOOL-1");
  await page.getByLabel("Stock").fill("7");
  await create.dblclick();
  await page.getByRole("heading", { level: 1, name: "Stool" }).waitFor();
  const { body } = await visiting.shop.catalog.call("GET", "/products?q=STOOL-1");
  expect(body).toMatchObject([{ sku: "STOOL-1", price: 19.9, stock: 7, active: true }]);
});

test("1,000 products are searched, filtered, sorted and paged, and all of it is in the address", async () => {
  const many = Array.from({ length: 1000 }, (_, i) => `Bolt ${String(i).padStart(4, "0")}`);
  for (let at = 0; at < many.length; at += 50)
    await Promise.all(many.slice(at, at + 50).map((name) => make({ name, price: 3, active: name !== "Bolt 0007" })));
  const page = await visiting.signedIn("/products");
  await page.getByLabel("Search").fill("bolt");
  const names = page.getByRole("link", { name: /^Bolt/ });
  await page.getByLabel("Sort by").selectOption({ label: "Name, A to Z" });
  await page.getByRole("link", { name: "Bolt 0049" }).waitFor();
  expect(await names.count()).toBe(50);
  await page.getByRole("link", { name: "Next page" }).click();
  await page.getByRole("link", { name: "Bolt 0050" }).waitFor();
  expect(await names.allTextContents()).toEqual(many.slice(50, 100));
  await page.reload();
  await page.getByRole("link", { name: "Bolt 0099" }).waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "Bolt 0000" }).waitFor();

  await page.getByLabel("State").selectOption({ label: "Not sold" });
  await page.getByRole("link", { name: "Bolt 0000" }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Bolt 0007" }).waitFor();
  expect(await names.allTextContents()).toEqual(["Bolt 0007"]);
  await page.getByLabel("Search").fill("no such thing");
  await page.getByText("No product is like that").waitFor();
  expect(new URL(page.url()).search).toBe("?q=no+such+thing&active=false&sort=name");
});

test("a script as a name and as a reason is text", async () => {
  const { id } = await make({ name: script, stock: 1 });
  await visiting.shop.catalog.call("POST", `/products/${id}/stock-adjustments`, { body: { delta: 1, reason: script } });
  const page = await visiting.signedIn(`/products/${id}`);
  await page.getByRole("heading", { level: 1, name: script }).waitFor();
  await page.getByRole("cell", { name: script }).waitFor();
  expect(await page.title()).toBe(`${script} · Shop`);
  expect(await page.locator("main img, main script").count()).toBe(0);
});

test("a catalog that is away is said in the list, which keeps what it had, and comes back by itself", async () => {
  const { name } = await make({ name: "Anchor" });
  const page = await visiting.signedIn("/products?q=anchor");
  await page.getByRole("link", { name }).waitFor();
  await visiting.shop.catalog.stop();
  await page.getByText("The catalog service is away").waitFor();
  expect(await page.getByRole("link", { name }).isVisible()).toBe(true);
  await visiting.shop.again("catalog");
  await page.getByText("The catalog service is away").waitFor({ state: "detached" });
});
