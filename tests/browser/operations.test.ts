import { join } from "node:path";
import { eventually } from "@shop/platform/testing";
import type { Page } from "playwright-core";
import sqlite3 from "sqlite3";
import type { ShopService } from "../shop.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

const visiting = useShopInBrowser();

const card = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

/** Changes a database that no service has open. */
async function edit(file: string, statement: string): Promise<void> {
  const database = new sqlite3.Database(file);
  await new Promise<void>((resolve, reject) => database.run(statement, (error) => (error ? reject(error) : resolve())));
  await new Promise((closed) => database.close(closed));
}

/** An order that is paid, whose webhook was given up meanwhile. */
async function deadWebhook(): Promise<string> {
  const { order, payment, dataDir } = visiting.shop;
  const price = 199.99;
  const { body } = await order.call("POST", "/orders?user_id=user1", { body: [{ product_id: 3, price }] });
  await payment.call("POST", `/pay?order_id=${body.id}&amount=${price}`);
  await payment.stop();
  await edit(
    join(dataDir, "payments.db"),
    "UPDATE outbox SET state = 'DEAD', settled_at = created_at, attempts = 13, last_error = '401 unauthorized'",
  );
  await visiting.shop.again("payment");
  return body.id;
}

test("each service tells how it is, and its charts live and say their values in words", async () => {
  const page = await visiting.signedIn("/operations");
  for (const name of ["Catalog", "Cart", "Order", "Payment"])
    await card(page, name).getByText("Up", { exact: true }).waitFor();
  const requests = card(page, "Catalog").getByRole("img", { name: /Requests a second, now/ });
  await requests.waitFor();
  expect(await requests.locator("canvas").count()).toBe(1);
  await eventually(async () => {
    await visiting.shop.catalog.call("GET", "/products");
    return /now: All [0-9.]*[1-9]/.test((await requests.getAttribute("aria-label")) ?? "");
  });
  await card(page, "Catalog").getByText("Busiest routes").click();
  await card(page, "Catalog")
    .getByRole("row", { name: /GET \/products/ })
    .first()
    .waitFor();
});

test.each<[ShopService, string]>([
  ["catalog", "Catalog"],
  ["cart", "Cart"],
  ["order", "Order"],
  ["payment", "Payment"],
])(
  "%s that stops is said in its own card, with its last figures, and is back by itself",
  async (service, name) => {
    const page = await visiting.signedIn("/operations");
    await card(page, name).getByText("Up", { exact: true }).waitFor();
    await visiting.shop[service].stop();
    await card(page, name).getByText(`The ${service} service is away`).waitFor();
    await card(page, name)
      .getByText(/^Last figures, of/)
      .waitFor();
    expect(await card(page, name).getByText("Write queue").isVisible()).toBe(true);
    for (const other of ["Catalog", "Cart", "Order", "Payment"].filter((each) => each !== name))
      expect(await card(page, other).getByText("Up", { exact: true }).isVisible()).toBe(true);
    await visiting.shop.again(service);
    await card(page, name).getByText("Up", { exact: true }).waitFor();
  },
  40_000,
);

test("a dead webhook is shown with its last error, and delivered once somebody asks for it", async () => {
  const orderId = await deadWebhook();
  const page = await visiting.signedIn("/operations");
  const row = page.getByRole("row", { name: /payment.succeeded .* 13 401 unauthorized/ });
  await row.waitFor();
  await row.getByRole("button", { name: `Redeliver payment.succeeded about ${orderId}` }).click();
  await row.waitFor({ state: "detached" });
  await eventually(async () => {
    const { body } = await visiting.shop.payment.call("GET", "/webhooks?status=DELIVERED");
    return body.some(({ order_id }: { order_id: string }) => order_id === orderId);
  });
});

test("reconciling now tells what was found, and who could not be asked", async () => {
  const page = await visiting.signedIn("/operations");
  const reconcile = card(page, "Reconcile now");
  await reconcile.getByRole("button", { name: "All services" }).click();
  await reconcile.getByText("Nothing was left undone.").waitFor();
  await reconcile.getByText(/^All \d+ sweeps$/).click();
  await reconcile.getByRole("row", { name: /Catalog audit-stock 0 0/ }).waitFor();
  await visiting.shop.cart.stop();
  await reconcile.getByRole("button", { name: "Cart" }).click();
  await reconcile.getByText("Not reconciled: cart.").waitFor();
  await visiting.shop.again("cart");
});
