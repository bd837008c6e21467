import type { Page } from "playwright-core";
import { holdsInEveryLook } from "./looks.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser({ PAYMENT_DECLINE_ABOVE: "500" });

/** Signed in, with a new order of this product, before its payment. */
async function atOrderOf(userId: string, productId: number): Promise<{ page: Page; orderId: string }> {
  const { cart } = visiting.shop;
  await cart.call("POST", `/cart/${userId}/add?product_id=${productId}`);
  const { body } = await cart.call("POST", `/cart/${userId}/checkout`);
  const page = await visiting.signedIn(`/cart/${userId}?order=${body.id}`);
  await page.getByRole("button", { name: /^Pay/ }).waitFor();
  return { page, orderId: body.id };
}
const paymentsOf = async (orderId: string) =>
  (await visiting.shop.payment.call("GET", `/payments?order_id=${orderId}`)).body;

test("a decline is told in the provider's words, also after a reload; another try is another charge attempt", async () => {
  const { page, orderId } = await atOrderOf("declined", 2);
  await page.getByRole("button", { name: "Pay $699.99" }).click();
  await page.getByText("The payment was declined", { exact: true }).waitFor();
  await page.getByText("The amount is above the limit.").waitFor();
  expect(await paymentsOf(orderId)).toMatchObject([{ status: "FAILED" }]);
  await page.reload();
  await page.getByText("The amount is above the limit.").waitFor();
  await holdsInEveryLook(page, "declined", [360]);
  const again = page.waitForResponse((response) => response.url().includes("/pay?"));
  await page.getByRole("button", { name: "Try again to pay $699.99" }).click();
  expect((await again).status()).toBe(402);
  expect(await paymentsOf(orderId)).toMatchObject([{ status: "FAILED" }, { status: "FAILED" }]);
});

test("an order that was cancelled meanwhile is refused as such, and not charged", async () => {
  const { page, orderId } = await atOrderOf("cancelled", 3);
  await page.route("**/orders/*", (route) => route.abort());
  await visiting.shop.order.call("POST", `/orders/${orderId}/cancel`);
  await page.getByRole("button", { name: "Pay $199.99" }).click();
  await page.getByText("This order is CANCELLED; place a new one.").waitFor();
  expect(await paymentsOf(orderId)).toEqual([]);
});

test("while the order service is away a payment is not certain yet, also after a reload; it is paid when it is back", async () => {
  const { page, orderId } = await atOrderOf("waiting", 3);
  await visiting.shop.order.stop();
  await page.getByRole("button", { name: "Pay $199.99" }).click();
  await page.getByText("Not certain yet", { exact: true }).waitFor();
  await page.getByText("Nothing is charged yet").waitFor();
  await holdsInEveryLook(page, "not-certain", [360]);
  await page.reload();
  await page.getByText("The order service is away").waitFor();
  await visiting.shop.again("order");
  await page.getByText("Paid", { exact: true }).first().waitFor();
  expect(await paymentsOf(orderId)).toMatchObject([{ status: "SUCCEEDED", amount: 199.99 }]);
});
