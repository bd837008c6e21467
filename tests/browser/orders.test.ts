import type { Page } from "playwright-core";
import { pay, place } from "./orders-setup.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

beforeAll(async () => {
  const { shop } = visiting;
  await shop.catalog.call("POST", "/products/1/stock-adjustments", { body: { delta: 500, reason: "delivery" } });
  await Promise.all(Array.from({ length: 120 }, () => place(shop, "many")));
  await place(shop, "ann");
  await pay(shop, await place(shop, "ann"));
});

const rows = (page: Page) => page.getByRole("row", { name: /\$/ });
const shows = (page: Page, count: number) =>
  page.waitForFunction((wanted) => document.querySelectorAll("tbody tr").length === wanted, count);
const firstOrder = (page: Page) => rows(page).first().getByRole("link").getAttribute("href");
const address = (page: Page) => new URL(page.url());

test("pages lead on, the back button leads back, and a bookmark of a page shows it", async () => {
  const page = await visiting.signedIn("/orders");
  await shows(page, 50);
  const newest = await firstOrder(page);
  await page.getByRole("link", { name: "Next page" }).click();
  await page.getByRole("link", { name: "First page" }).waitFor();
  await page.waitForFunction((href) => !document.querySelector(`a[href="${href}"]`), newest);
  // Read from the top, and said.
  expect(await page.evaluate(() => [document.activeElement?.textContent, scrollY])).toEqual(["Orders", 0]);
  await page.getByText("Another page of orders").waitFor({ state: "attached" });
  const second = await firstOrder(page);
  await page.getByRole("link", { name: "Next page" }).click();
  await page.getByText("No more orders").waitFor();
  await shows(page, 22);

  await page.goBack();
  await page.locator(`a[href="${second}"]`).waitFor();
  await page.reload();
  await page.locator(`a[href="${second}"]`).waitFor();
  await page.getByRole("link", { name: "First page" }).click();
  await page.locator(`a[href="${newest}"]`).waitFor();
  expect(address(page).search).toBe("");
});

test("orders are filtered by state, customer and day; each filter is a step of the back button", async () => {
  const page = await visiting.signedIn("/orders");
  await page.getByLabel("Customer").fill("ann");
  await page.keyboard.press("Enter");
  await shows(page, 2);
  await page.getByLabel("State").selectOption("Paid");
  await page.getByRole("button", { name: "Filter" }).click();
  await shows(page, 1);
  expect(address(page).searchParams.toString()).toBe("status=PAID&user_id=ann");
  await page.goBack();
  await shows(page, 2);
  expect(await page.getByLabel("State").inputValue()).toBe("");
  await page.getByRole("link", { name: "Show all" }).click();
  await shows(page, 50);

  await page.getByLabel("From", { exact: true }).fill("2999-01-01");
  await page.getByLabel("To", { exact: true }).fill("2998-01-01");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByText("It is after the last day.").waitFor();
  await page.getByLabel("To", { exact: true }).fill("");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByText("No order is like that.").waitFor();
});

test("a day is the person's own, also where it begins at another time than in UTC", async () => {
  const { body } = await visiting.shop.order.call("GET", "/orders?limit=1");
  const timezoneId = "Pacific/Kiritimati";
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: timezoneId }).format(new Date(body[0].created_at));
  const page = await visiting.signedIn(`/orders?from=${today}&to=${today}&user_id=ann`, { timezoneId });
  await shows(page, 2);
  const asked = page.waitForRequest((request) => request.url().includes("created_from"));
  const query = new URL((await asked).url()).searchParams;
  // Midnight there is 10 o'clock of the day before in UTC.
  expect(query.get("created_from")).toMatch(/T10:00:00\.000Z$/);
  expect(Date.parse(query.get("created_to") ?? "") - Date.parse(query.get("created_from") ?? "")).toBe(86_400_000);
});

test("a new order appears by itself, and one leads to its own page and back", async () => {
  const page = await visiting.signedIn("/orders?user_id=newcomer");
  await page.getByText("No order is like that.").waitFor();
  const { id } = await place(visiting.shop, "newcomer");
  await page.locator(`a[href="/orders/${id}"]`).click();
  await page.getByRole("heading", { level: 1, name: `Order …${id.slice(-8)}` }).waitFor();
  expect(await page.title()).toBe(`Order …${id.slice(-8)} · Shop`);
  await page.getByRole("link", { name: "newcomer" }).waitFor();
  await page.goBack();
  await shows(page, 1);
});
