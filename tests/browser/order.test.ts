import { testKey } from "@shop/platform/testing";
import type { Page } from "playwright-core";
import { holdsInEveryLook } from "./looks.ts";
import { clerkKey, giveBack, pay, place, withClerk } from "./orders-setup.ts";
import { signIn, useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser(withClerk("orders:read"));

const at = async ({ id }: { id: string }, key?: string): Promise<Page> => {
  const page = await visiting.signedIn(`/orders/${id}`, key ? { key } : {});
  await page.getByRole("heading", { level: 2, name: "Story" }).waitFor();
  return page;
};
/** Waits until something happened to the order, and tells the chapters of its story. */
const story = async (page: Page, until: string): Promise<string[]> => {
  await page.getByRole("heading", { level: 3, name: until, exact: true }).waitFor();
  return page.getByRole("region", { name: "Story" }).getByRole("heading", { level: 3 }).allTextContents();
};
async function refund(page: Page, amount: string, reason = ""): Promise<void> {
  await page.getByLabel("Amount to refund").fill(amount);
  await page.getByLabel("Reason").fill(reason);
  await page.getByRole("button", { name: "Refund", exact: true }).click();
}
const refundsOf = async (paymentId: string) =>
  (await visiting.shop.payment.call("GET", `/payments/${paymentId}/refunds`)).body;

test("the story of an order that was paid, refunded in part and in whole; reasons are shown as they were written", async () => {
  const order = await place(visiting.shop);
  await pay(visiting.shop, order);
  const page = await at(order);
  const reason = `<img src=x onerror="document.title='owned'"> & <script>alert(1)</script>`;
  await refund(page, "100,50", reason);
  await page.getByText("$100.50 was given back.").first().waitFor();
  await page.getByRole("cell", { name: reason }).waitFor();
  expect(await page.locator("img[src=x], main script").count()).toBe(0);
  expect(await story(page, "Refunded in part")).toEqual(["Placed", "Paid", "Stock taken", "Refunded in part"]);
  await page.getByText("$100.50. $899.49 is left.").waitFor();

  await page.getByRole("button", { name: "Fill in all of it" }).click();
  expect(await page.getByLabel("Amount to refund").inputValue()).toBe("899.49");
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  expect(await story(page, "Refunded in whole")).toContain("Refunded in part");
  await page.getByText("$899.49, the rest of it.").waitFor();
  // Nothing is left: the form is gone, and the focus is on what it brought.
  await page.getByLabel("Amount to refund").waitFor({ state: "detached" });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("$899.49 was given back.");
  await story(page, "Stock returned");
});

test("more than the rest is refused with words, by the page and by the payment service", async () => {
  const order = await place(visiting.shop);
  const payment = await pay(visiting.shop, order);
  const page = await at(order);
  await refund(page, "1000");
  await page.getByText("That is more than the $999.99 that are left.").waitFor();
  await refund(page, "much");
  await page.getByText("An amount such as 12.50, without the currency.").waitFor();
  expect(await refundsOf(payment)).toEqual([]);

  // Somebody else was faster, and the page has not heard of it.
  await page.route("**/api/payment/payments**", (route) =>
    route.request().method() === "GET" ? route.abort() : route.continue(),
  );
  await giveBack(visiting.shop, payment, { amount: 999 });
  await refund(page, "999.99");
  await page.getByText("Nothing was given back: only $0.99 of the payment is left by now.").waitFor();
  await holdsInEveryLook(page, "refund-refused", [360]);
  await page.unroute("**/api/payment/payments**");
  await page.getByText("$0.99 left.").waitFor();
});

test("a refund whose answer was lost is asked for again under the same key, and happens once", async () => {
  const order = await place(visiting.shop);
  const payment = await pay(visiting.shop, order);
  const page = await at(order);
  await page.route("**/refunds", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    return route.fulfill({ status: 503, json: { code: "peer-unavailable", peer: "payment", request_id: "r-1" } });
  });
  await refund(page, "5", "scratched");
  await page.getByText("It is not known whether $5.00 was given back.").waitFor();
  await page.getByText("r-1").waitFor();
  await page.unroute("**/refunds");
  await page.getByRole("button", { name: "Ask again for $5.00" }).click();
  await page.getByText("$5.00 was given back.").first().waitFor();
  expect(await refundsOf(payment)).toMatchObject([{ amount: 5, status: "SUCCEEDED", reason: "scratched" }]);
});

test("a refund whose answer was lost is asked for again, and not anew, after a reload and another sign-in", async () => {
  const order = await place(visiting.shop);
  const payment = await pay(visiting.shop, order);
  const page = await at(order);
  const answered = new Promise<void>((resolve) => {
    void page.route("**/refunds", (route) =>
      route.request().method() === "POST"
        ? void route.fetch().then(() => resolve(route.abort()))
        : void route.continue(),
    );
  });
  await refund(page, "30", "scratched");
  await answered;
  await page.unroute("**/refunds");
  await page.reload();
  await page.getByText("It is not known whether $30.00 was given back.").waitFor();
  await page.getByRole("button", { name: "Forget key" }).click();
  await signIn(page, testKey);
  expect(await page.getByLabel("Amount to refund").count()).toBe(0);
  await page.getByRole("button", { name: "Ask again for $30.00" }).click();
  await page.getByText("$30.00 was given back.").first().waitFor();
  expect(await refundsOf(payment)).toMatchObject([{ amount: 30, status: "SUCCEEDED", reason: "scratched" }]);
});

test("two clicks on Refund are one refund, and the same amount may be given back again", async () => {
  const order = await place(visiting.shop);
  const payment = await pay(visiting.shop, order);
  const page = await at(order);
  for (const times of [1, 2]) {
    await page.getByLabel("Amount to refund").fill("7");
    await page.getByRole("button", { name: "Refund", exact: true }).dblclick();
    await page.getByText(`$${(999.99 - 7 * times).toFixed(2)} left.`).waitFor();
    expect(await refundsOf(payment)).toHaveLength(times);
  }
});

test("a refund whose outcome is not known yet is told from one that the provider declined", async () => {
  const order = await place(visiting.shop);
  const payment = await pay(visiting.shop, order);
  const page = await at(order);
  const answers = [
    { status: 202, json: { id: "r", payment_id: payment, amount: 5, status: "PENDING", reason: null } },
    { status: 409, json: { code: "refund-declined", title: "Refund declined" } },
  ];
  await page.route("**/refunds", (route) =>
    route.request().method() === "POST" ? route.fulfill(answers.shift()) : route.continue(),
  );
  await refund(page, "5");
  await page.getByText("Whether $5.00 was given back is not known yet.").first().waitFor();
  await refund(page, "6");
  await page.getByText("The payment provider declined it. Nothing was given back; you may ask again.").waitFor();
});

test("cancelling asks first; Escape and Keep it leave the order as it was, and what is cancelled cannot be paid", async () => {
  const order = await place(visiting.shop);
  const page = await at(order);
  await page.getByRole("button", { name: /^Pay/ }).waitFor();
  const cancel = page.getByRole("button", { name: "Cancel the order" });
  await cancel.click();
  await page.getByRole("dialog", { name: "Cancel this order?" }).waitFor();
  await holdsInEveryLook(page, "question", [360]);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await cancel.evaluate((button) => button === document.activeElement)).toBe(true);
  await cancel.click();
  await page.getByRole("dialog", { name: "Cancel this order?" }).getByRole("button", { name: "Cancel it" }).dblclick();
  expect(await story(page, "Stock released")).toEqual(["Placed", "Cancelled", "Stock released"]);
  await page.getByText("The order is cancelled.").waitFor({ state: "attached" });
  expect(await page.getByRole("button", { name: /^Pay|Cancel/ }).count()).toBe(0);
});

test("a paid order is fulfilled, and what happens elsewhere shows by itself", async () => {
  const order = await place(visiting.shop);
  const page = await at(order);
  const payment = await pay(visiting.shop, order);
  await page.getByRole("button", { name: "Fulfil" }).click();
  await page.getByRole("button", { name: "Not yet" }).click();
  expect(await story(page, "Stock taken")).not.toContain("Fulfilled");
  await page.getByRole("button", { name: "Fulfil" }).click();
  await page.getByRole("button", { name: "Fulfil it" }).click();
  await page.getByText("The order is fulfilled.").waitFor({ state: "attached" });
  expect(await story(page, "Fulfilled")).toEqual(["Placed", "Paid", "Stock taken", "Fulfilled"]);
  await giveBack(visiting.shop, payment, { reason: "sent back" });
  await story(page, "Refunded in whole");
  await page.getByRole("cell", { name: "sent back" }).waitFor();
});

test("a key that may only read orders is offered nothing else", async () => {
  const pending = await at(await place(visiting.shop), clerkKey);
  expect(await pending.getByRole("main").getByRole("button").count()).toBe(0);
  const order = await place(visiting.shop);
  await pay(visiting.shop, order);
  const page = await at(order, clerkKey);
  await story(page, "Stock taken");
  expect(await page.getByRole("main").getByRole("button").count()).toBe(0);
  expect(await page.getByRole("heading", { level: 2 }).allTextContents()).toEqual([
    "What was ordered",
    "Facts",
    "Story",
  ]);
});

test("an order that does not exist is said so", async () => {
  const page = await visiting.signedIn("/orders/01a00000-0000-7000-8000-000000000000");
  await page.getByText("There is no such order.").waitFor();
  await page.getByRole("link", { name: "All orders" }).waitFor();
});
