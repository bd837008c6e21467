import { pay, place } from "./orders-setup.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

test("the order service goes away under the list, which stays, and comes back by itself; so does an order, beside its payments", async () => {
  const { shop } = visiting;
  const order = await place(shop);
  await pay(shop, order);
  const list = await visiting.signedIn("/orders");
  const link = list.locator(`a[href="/orders/${order.id}"]`);
  await link.waitFor();
  await shop.order.stop();
  await list.getByText("The order service is away").waitFor();
  expect(await link.isVisible()).toBe(true);
  // One who comes now is told as well, and sees what the others know.
  await list.reload();
  await list.getByText("The order service is away").waitFor();
  await list.getByRole("button", { name: "Try again" }).click();
  const one = await visiting.signedIn(`/orders/${order.id}`);
  await one.getByText("The order service is away").waitFor();
  await one.getByRole("region", { name: "Payments" }).getByRole("heading", { name: "$999.99" }).waitFor();

  await shop.again("order");
  await link.waitFor();
  await list.getByRole("alert").waitFor({ state: "detached" });
  await one.getByRole("region", { name: "Story" }).waitFor();
  expect(await one.getByRole("alert").count()).toBe(0);
});

test("without the payment service an order and its story are there, and refunds are when it is back", async () => {
  const { shop } = visiting;
  const order = await place(shop);
  await pay(shop, order);
  await shop.payment.stop();
  const page = await visiting.signedIn(`/orders/${order.id}`);
  const payments = page.getByRole("region", { name: "Payments" });
  await payments.getByText("The payment service is away").waitFor();
  await page.getByRole("heading", { name: "Stock taken" }).waitFor();
  await page.getByRole("region", { name: "What was ordered" }).waitFor();
  await shop.again("payment");
  await payments.getByLabel("Amount to refund").waitFor();
  expect(await payments.getByRole("alert").count()).toBe(0);
});
