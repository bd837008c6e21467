import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startFakePeer, testKey } from "@shop/platform/testing";
import { type Shop, startShop } from "./shop.ts";

// The check that `helm test` runs in a pod and a person runs against forwarded ports, here against the real services.

const script = fileURLToPath(new URL("../helm/shop/files/journey.mjs", import.meta.url));

let shop: Shop;
beforeEach(async () => {
  shop = await startShop({ SWEEP_DELAY_S: "0" });
});
afterEach(() => shop.stop());

const environment = (more: Record<string, string> = {}) => ({
  CATALOG_URL: shop.catalog.url,
  CART_URL: shop.cart.url,
  ORDER_URL: shop.order.url,
  PAYMENT_URL: shop.payment.url,
  API_KEY: testKey,
  WAIT_S: "5",
  ...more,
});

interface Outcome {
  readonly code: number;
  readonly said: string;
}

const journey = (more?: Record<string, string>) =>
  new Promise<Outcome>((resolve) => {
    execFile(process.execPath, [script], { env: environment(more) }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });

/** What is left of a journey in the shop. */
async function left() {
  const { body: products } = await shop.catalog.call("GET", "/products?q=journey-");
  const { body: held } = await shop.catalog.call("GET", "/reservations?state=HELD");
  const { body: orders } = await shop.order.call("GET", "/orders");
  return { products, held, orders };
}

/** Only what cannot be deleted: a product out of sale with all its stock, and closed orders. */
async function expectUndone(statuses: readonly string[]): Promise<void> {
  const { products, held, orders } = await left();
  expect(products).toMatchObject([{ active: false, stock: 5, reserved: 0 }]);
  expect(held).toEqual([]);
  expect(orders.map(({ status }: { status: string }) => status)).toEqual(statuses);
  const { body: cart } = await shop.cart.call("GET", `/cart/${products[0].sku}`);
  expect(cart.items).toEqual([]);
}

test("a shop as promised: every step is told with its time, the money and the stock are back", async () => {
  const { code, said } = await journey();
  expect(said).toContain("The shop is as promised");
  expect(code).toBe(0);
  expect(said).not.toContain("FAIL");
  expect(said).toMatch(/^ok +\d+ ms {2}the order is PAID and its stock is sold$/m);
  await expectUndone(["REFUNDED"]);
  const { body: payments } = await shop.payment.call("GET", "/payments");
  expect(payments).toMatchObject([{ status: "REFUNDED", amount: 2, refunded: 2 }]);
});

test("a service that is down is named, and nothing was begun", async () => {
  await shop.payment.stop();
  const { code, said } = await journey({ WAIT_S: "0.2" });
  expect(code).toBe(1);
  expect(said).toMatch(/^FAIL +\d+ ms {2}the four services are ready$/m);
  expect(said).toContain("payment does not answer GET /readyz");
  expect((await left()).products).toEqual([]);
});

test("a service that fails on the way: the order is cancelled, no stock stays held", async () => {
  const broken = await startFakePeer();
  broken.on("GET", "/readyz", { status: 200 });
  broken.on("POST", "/pay", "fail");
  try {
    const { code, said } = await journey({ PAYMENT_URL: broken.url });
    expect(code).toBe(1);
    expect(said).toMatch(/^FAIL +\d+ ms {2}the payment is taken$/m);
    expect(said).toContain("payment answered POST /pay");
    expect(said).toMatch(/^ok +\d+ ms {2}nothing of it is held or sold$/m);
    await expectUndone(["CANCELLED"]);
  } finally {
    await broken.close();
  }
});

test("told to stop after the payment: the money is given back all the same", async () => {
  const front = await startFakePeer();
  let run: ChildProcess | undefined;
  let told = false;
  front.on("GET", "/readyz", { status: 200 });
  front.on("GET", "/orders", async ({ query }) => {
    const { body } = await shop.order.call("GET", `/orders?user_id=${query.user_id}`);
    return { body };
  });
  front.on("GET", "/orders/:id", async ({ params }) => {
    const { status, body } = await shop.order.call("GET", `/orders/${params.id}`);
    // The answer in which it would read that its order is paid never comes; it is told to stop instead.
    if (told || body.status !== "PAID") return { status, body };
    told = true;
    run?.kill("SIGTERM");
    return "hang";
  });
  try {
    run = spawn(process.execPath, [script], { env: environment({ ORDER_URL: front.url }), stdio: "ignore" });
    expect(await once(run, "exit")).toEqual([1, null]);
    expect(told).toBe(true);
    await expectUndone(["REFUNDED"]);
  } finally {
    await front.close();
  }
});

test("a key that may not do it is told", async () => {
  const { code, said } = await journey({ API_KEY: "a-key-of-nobody-at-all", WAIT_S: "0.2" });
  expect(code).toBe(1);
  expect(said).toContain("catalog answered POST /products with 401 unauthorized");
});
