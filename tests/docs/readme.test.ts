import type { Shop } from "../shop.ts";
import { atItsPorts, pageText, startDocumentedShop } from "./running-shop.ts";
import { createTerminal, statusesIn } from "./terminal.ts";

/** The commands of the page, each with the status that the comment above it promises. */
const commands = [...pageText("README.md").matchAll(/^# (\d{3}): (.+)\n(curl .+)$/gm)].map(
  ([, status, promise = "", command = ""]) => ({ status: Number(status), promise, command }),
);

let shop: Shop;
beforeAll(async () => {
  shop = await startDocumentedShop();
});
afterAll(() => shop?.stop());

const terminal = createTerminal(["silent", "include"]);
let orderId = "<id>";

test("every curl command of the README is one of these", () => {
  expect(commands.length).toBeGreaterThanOrEqual(9);
  expect(pageText("README.md").match(/^curl /gm)).toHaveLength(commands.length);
});

test.each(commands)("$promise", async ({ status, command }) => {
  const printed = await terminal.run(atItsPorts(command.replaceAll("<id>", orderId), shop));
  expect(statusesIn(printed)).toEqual([status]);
  orderId = /"id":"([0-9a-f-]{36})"/.exec(printed)?.[1] ?? orderId;
});

test("in the end the order is paid, and the cart that was cleared is empty", async () => {
  const key = "secret-key-123";
  expect((await shop.cart.call("GET", "/cart/user1", { key })).body.items).toEqual([]);
  const orders = await shop.order.call("GET", "/orders?user_id=user1", { key });
  expect(orders.body).toMatchObject([{ status: "PAID", total: 999.99 }]);
});
