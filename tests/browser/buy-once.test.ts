import { setTimeout as delay } from "node:timers/promises";
import type { Page } from "playwright-core";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

/** Signed in, with one pair of headphones in the cart of `userId`, looking at the cart. */
async function atCartOf(userId: string): Promise<Page> {
  await visiting.shop.cart.call("POST", `/cart/${userId}/add?product_id=3`);
  const page = await visiting.signedIn(`/cart/${userId}`);
  await page.getByRole("button", { name: "Check out" }).waitFor();
  return page;
}

async function expectBoughtOnce(userId: string): Promise<void> {
  const { order, payment, catalog } = visiting.shop;
  const { body: orders } = await order.call("GET", `/orders?user_id=${userId}`);
  expect(orders).toMatchObject([{ status: "PAID", total: 199.99 }]);
  const { body: payments } = await payment.call("GET", `/payments?order_id=${orders[0].id}`);
  expect(payments).toMatchObject([{ status: "SUCCEEDED", amount: 199.99 }]);
  const { body: movements } = await catalog.call("GET", "/products/3/stock-movements");
  expect(movements.filter((each: { order_id: string }) => each.order_id === orders[0].id)).toHaveLength(1);
}

/** Lets the request through to the service, and reloads the page before it has the answer. */
async function reloadDuring(page: Page, url: string, act: () => Promise<void>): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    void page.route(url, (route) => void route.fetch().then(() => resolve()), { times: 1 });
  });
  await act();
  await answered;
  await page.reload();
}

test("double clicks on checkout and on pay make one order and one charge", async () => {
  const page = await atCartOf("double");
  const posts: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") posts.push(new URL(request.url()).pathname);
  });
  await page.getByRole("button", { name: "Check out" }).dblclick();
  await page.getByRole("button", { name: "Pay $199.99" }).dblclick();
  await page.getByText("$199.99 was taken, once.").waitFor();
  // The services would make one of two as well; the page does not even ask twice.
  expect(posts).toEqual(["/api/cart/cart/double/checkout", "/api/payment/pay"]);
  await expectBoughtOnce("double");
});

test.each([150, 400, 650])(
  "an impatient second click on Check out, %d ms after the first, pays nothing",
  async (ms) => {
    const userId = `impatient${ms}`;
    const page = await atCartOf(userId);
    const paid: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/pay?")) paid.push(request.url());
    });
    const box = await page.getByRole("button", { name: "Check out" }).boundingBox();
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    await page.mouse.click(x, y);
    await delay(ms);
    await page.mouse.click(x, y);
    const pay = page.getByRole("button", { name: "Pay $199.99" });
    await pay.waitFor();
    expect(paid).toEqual([]);
    // What is wanted is one more click, after a moment.
    await pay.click();
    await page.getByText("$199.99 was taken, once.").waitFor();
  },
);

test("a reload while the checkout and the payment are under way repeats neither", async () => {
  const page = await atCartOf("reload");
  await reloadDuring(page, "**/checkout", () => page.getByRole("button", { name: "Check out" }).click());
  await page.getByText("A checkout was interrupted").waitFor();
  await page.getByText("The cart is empty.").waitFor();
  await page.getByRole("button", { name: "Go on with the checkout" }).click();
  await page.getByRole("heading", { level: 1, name: "Order placed" }).waitFor();

  await reloadDuring(page, "**/pay?*", () => page.getByRole("button", { name: "Pay $199.99" }).click());
  await page.getByText("Paid", { exact: true }).first().waitFor();
  await expectBoughtOnce("reload");
});

test("a lost answer to a payment is asked for again by itself", async () => {
  const page = await atCartOf("lost");
  await page.getByRole("button", { name: "Check out" }).click();
  const pay = page.getByRole("button", { name: "Pay $199.99" });
  await pay.waitFor();
  await page.route("**/pay?*", (route) => route.abort(), { times: 1 });
  await pay.click();
  await page.getByText("Not certain yet", { exact: true }).waitFor();
  await page.getByText("$199.99 was taken, once.").waitFor();
  await expectBoughtOnce("lost");
});

test("a second tab pays the same order: once, and the first tab sees it", async () => {
  const first = await atCartOf("tabs");
  await first.getByRole("button", { name: "Check out" }).click();
  await first.getByRole("button", { name: "Pay $199.99" }).waitFor();
  const second = await visiting.signedIn(new URL(first.url()).pathname + new URL(first.url()).search);
  await second.getByRole("button", { name: "Pay $199.99" }).waitFor();
  await Promise.all([first, second].map((page) => page.getByRole("button", { name: "Pay $199.99" }).click()));
  await Promise.all([first, second].map((page) => page.getByText("Paid", { exact: true }).first().waitFor()));
  await expectBoughtOnce("tabs");
});

test("a price of one's own is not taken, wherever it is sent", async () => {
  const page = await atCartOf("tamper");
  const send = (path: string, body?: unknown) =>
    page.evaluate(
      async ([path, body]) => {
        const key = JSON.parse(sessionStorage.getItem("session") ?? "{}").key;
        const headers = { "X-API-Key": key, "Content-Type": "application/json" };
        const answer = await fetch(path, { method: "POST", headers, ...(body ? { body } : {}) });
        return [answer.status, (await answer.json()).code];
      },
      [path, body ? JSON.stringify(body) : ""] as const,
    );
  const cheap = [{ product_id: 3, quantity: 1, price: 0.01 }];
  expect(await send("/api/order/orders?user_id=tamper", cheap)).toEqual([405, "method-not-allowed"]);
  expect(await send("/api/cart/cart/tamper/add?product_id=3&price=0.01")).toEqual([422, "invalid-request"]);
  await page.getByRole("button", { name: "Check out" }).click();
  await page.getByRole("button", { name: "Pay $199.99" }).waitFor();
  const order = new URL(page.url()).searchParams.get("order");
  expect(await send(`/api/payment/pay?order_id=${order}&amount=0.01`)).toEqual([422, "amount-mismatch"]);
  await page.getByRole("button", { name: "Pay $199.99" }).click();
  await page.getByText("$199.99 was taken, once.").waitFor();
  await expectBoughtOnce("tamper");
});
