import { setTimeout as delay } from "node:timers/promises";
import { holdsInEveryLook } from "./looks.ts";
import { useShopInBrowser } from "./shop-in-browser.ts";

// Every view in both colour schemes at three widths: nothing that axe finds, nothing that overflows. With SCREENSHOTS set
// to a folder, a picture of each goes there (`make screenshots`).

const visiting = useShopInBrowser();
const folder = process.env.SCREENSHOTS;

interface Made {
  readonly paid: string;
  readonly pending: string;
}
let made: Made;
beforeAll(async () => {
  made = await furnish();
});

const views: readonly (readonly [name: string, path: (made: Made) => string, heading: RegExp])[] = [
  ["shop", () => "/shop", /^Shop$/],
  ["cart", () => "/cart/user1", /cart/i],
  ["orders", () => "/orders", /^Orders$/],
  ["order", ({ paid }) => `/orders/${paid}`, /order/i],
  ["order-to-pay", ({ pending }) => `/orders/${pending}`, /order/i],
  ["products", () => "/products", /^Products$/],
  ["new-product", () => "/products/new", /new product/i],
  ["product", () => "/products/1", /./],
  ["operations", () => "/operations", /^Operations$/],
  ["not-found", () => "/nowhere", /not found/i],
];

test("sign-in", async () => {
  const page = await visiting.visitor();
  await page.goto("/");
  await page.getByRole("heading", { name: "Sign in to Shop" }).waitFor();
  await holdsInEveryLook(page, "sign-in");
});

test.each(views)("%s", async (name, path, heading) => {
  const page = await visiting.signedIn(path(made));
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  await page.waitForFunction(() => document.querySelector(".skeleton") === null);
  if (folder && name === "operations") await trade(10_000);
  await holdsInEveryLook(page, name);
});

/** Something for the charts to show, for so many ms. */
async function trade(ms: number): Promise<void> {
  const { cart, order, payment } = visiting.shop;
  const until = performance.now() + ms;
  const customer = async (name: string) => {
    while (performance.now() < until) {
      await cart.call("POST", `/cart/${name}/add?product_id=2`);
      await cart.call("DELETE", `/cart/${name}/clear`);
      await order.call("GET", "/orders?limit=5");
      await payment.call("GET", "/payments?limit=5");
      await delay(Math.random() * 60);
    }
  };
  await Promise.all(["eve", "finn", "gus"].map(customer));
}

/** A shop as it is after some trade. */
async function furnish(): Promise<Made> {
  const { catalog, cart, order, payment } = visiting.shop;
  const product = (body: object) => catalog.call("POST", "/products", { body });
  await product({ name: "Mechanical keyboard", price: 129.5, stock: 42, sku: "KEY-87", description: "Brown switches" });
  await product({ name: "USB-C dock", price: 219, stock: 3, sku: "DOCK-11", description: "Eleven ports" });
  await product({ name: "Monitor arm", price: 89.9, stock: 0, sku: "ARM-1", description: "For two screens" });
  const buy = async (user: string, lines: readonly (readonly [number, number])[]) => {
    for (const [id, quantity] of lines)
      await cart.call("POST", `/cart/${user}/add?product_id=${id}&quantity=${quantity}`);
    return (await cart.call("POST", `/cart/${user}/checkout`)).body as { id: string; total: number };
  };
  const pay = async ({ id, total }: { id: string; total: number }) =>
    (await payment.call("POST", `/pay?order_id=${id}&amount=${total}`)).body as { id: string };
  const cancelled = await buy("dana", [[2, 1]]);
  await order.call("POST", `/orders/${cancelled.id}/cancel`);
  await pay(await buy("carol", [[4, 1]]));
  const paid = await buy("bob", [
    [1, 1],
    [3, 2],
  ]);
  const { id } = await pay(paid);
  await payment.call("POST", `/payments/${id}/refunds`, { body: { amount: 20, reason: "scratched" } });
  const pending = await buy("alice", [[5, 1]]);
  for (const [product_id, quantity] of [
    [1, 1],
    [4, 2],
  ])
    await cart.call("POST", `/cart/user1/add?product_id=${product_id}&quantity=${quantity}`);
  const { body: keyboard } = await catalog.call("GET", "/products/4");
  await catalog.call("PATCH", "/products/4", {
    body: { price: 119.5 },
    headers: { "If-Match": `"${keyboard.version}.0"` },
  });
  return { paid: paid.id, pending: pending.id };
}
