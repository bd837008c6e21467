import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { catalogService } from "@shop/catalog";
import { orderService } from "@shop/order";
import { caller, startFakePeer, startTestService, temporaryFolder, testKey } from "@shop/platform/testing";
import sqlite3 from "sqlite3";

// A real cart process that is killed with kill -9 while an order is placed, between a real catalog and order service.

// Processes that start one after the other take their time on a busy machine.
import.meta.jest.setTimeout(60_000);

const root = fileURLToPath(new URL("..", import.meta.url));

async function startCartProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", "services/cart/src/main.ts"], {
    cwd: root,
    env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", API_KEY: testKey, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, port } = JSON.parse(line);
    if (msg !== "ready") continue;
    child.stdout.resume();
    const kill = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    };
    return { call: caller(`http://127.0.0.1:${port}`), kill };
  }
  throw new Error("the cart service ended before it was ready");
}

/** Lets a minute pass for all carts of a file that no process has open. */
async function age(file: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const database = new sqlite3.Database(file);
    const done = (error: Error | null) => database.close(() => (error ? reject(error) : resolve()));
    database.exec("UPDATE carts SET updated_at = updated_at - 60000", done);
  });
}

let catalog: Awaited<ReturnType<typeof startTestService>>;
let order: Awaited<ReturnType<typeof startTestService>>;
let gate: Awaited<ReturnType<typeof startFakePeer>>;
let cart: Awaited<ReturnType<typeof startCartProcess>>;
beforeEach(async () => {
  catalog = await startTestService(catalogService);
  order = await startTestService(orderService, { CATALOG_URL: catalog.url });
  gate = await startFakePeer();
});
afterEach(async () => {
  await cart.kill();
  await gate.close();
  await order.stop();
  await catalog.stop();
});

test.each(["before the order service hears of it", "between the order and the cart's own end"])(
  "killed %s: one order, and exactly what it took leaves the cart",
  async (when) => {
    for (const name of ["Lamp", "Desk"])
      await catalog.call("POST", "/products", { body: { name, price: 10, stock: 50 } });
    const DATA_DIR = temporaryFolder();
    const env = { DATA_DIR, CATALOG_URL: catalog.url, ORDER_URL: gate.url };
    let spared = false;
    gate.on("POST", "/orders", async ({ query, headers, body }) => {
      const forward = async () => {
        const key = { "Idempotency-Key": headers["idempotency-key"] ?? "" };
        const answer = await order.call("POST", `/orders?user_id=${query.user_id}`, { body, headers: key });
        return { status: answer.status, body: answer.body };
      };
      if (spared) return forward();
      spared = true;
      if (when.startsWith("between")) await forward();
      await cart.kill();
      return "reset";
    });
    const add = (product: number, quantity: number) =>
      cart.call("POST", `/cart/ann/add?product_id=${product}&quantity=${quantity}`);

    cart = await startCartProcess(env);
    await add(1, 2);
    await expect(cart.call("POST", "/cart/ann/checkout")).rejects.toThrow("fetch failed");

    cart = await startCartProcess(env);
    await add(1, 1);
    await add(2, 3);
    await cart.kill();
    await age(join(DATA_DIR, "carts.db"));
    cart = await startCartProcess(env);
    expect((await cart.call("POST", "/admin/reconcile")).status).toBe(200);

    const { body: orders } = await order.call("GET", "/orders?user_id=ann");
    expect(orders).toMatchObject([{ status: "PENDING", total: 20, items: [{ product_id: 1, quantity: 2 }] }]);
    const { body: left } = await cart.call("GET", "/cart/ann");
    expect(left.items).toMatchObject([
      { product_id: 1, quantity: 1 },
      { product_id: 2, quantity: 3 },
    ]);
    const { body: second } = await cart.call("POST", "/cart/ann/checkout");
    expect(second).toMatchObject({ total: 40 });
    expect(second.id).not.toBe(orders[0].id);
  },
);
