import { place } from "./orders-setup.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser({ ORDER_EXPIRY_S: "8", SWEEP_DELAY_S: "0", RECONCILE_EVERY_S: "1" });

test("an order that expires while it is looked at says so, and can neither be paid nor cancelled", async () => {
  const { id } = await place(visiting.shop);
  const page = await visiting.signedIn(`/orders/${id}`);
  await page.getByRole("button", { name: /^Pay/ }).waitFor();
  await page.getByRole("heading", { name: "Expired" }).waitFor();
  await page.getByText("Not paid in time.").first().waitFor();
  expect(await page.getByRole("button", { name: /^Pay|Cancel/ }).count()).toBe(0);
});
