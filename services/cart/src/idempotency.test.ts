import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import {
  caller,
  loadHttpClient,
  startTestService,
  type TestAnswer,
  type TestCall,
  temporaryFolder,
} from "@shop/platform/testing";
import { cartService } from "./service.ts";
import { hurried, orderOf, startCartAmongPeers } from "./testing/start-cart.ts";

// Processes that start one after the other take their time on a busy machine.
import.meta.jest.setTimeout(60_000);

let shop: Awaited<ReturnType<typeof startCartAmongPeers>>;
beforeAll(loadHttpClient);
beforeEach(async () => {
  shop = await startCartAmongPeers();
});
afterEach(() => shop.stop());

type Call = (method: string, path: string, options?: TestCall) => Promise<TestAnswer>;
const under = (key: string, body?: unknown) => ({
  headers: { "Idempotency-Key": key },
  ...(body === undefined ? {} : { body }),
});
const post = (path: string, key: string, body?: unknown) => shop.call("POST", path, under(key, body));

/** Fifty at once under one key, and one more: those that were not told to come back all got the same answer. */
async function fifty(path: string, body?: unknown): Promise<TestAnswer> {
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(path, "fifty", body)));
  const last = await post(path, "fifty", body);
  for (const { status, text, body } of answers)
    if (body.code !== "idempotency-in-flight") expect([status, text]).toEqual([last.status, last.text]);
  expect(last.headers.get("idempotent-replayed")).toBe("true");
  return last;
}

test("fifty adds under one key put it into the cart once", async () => {
  const added = await fifty("/cart/ann/add?product_id=1&quantity=2");
  expect(added).toMatchObject({ status: 200, body: { items: [{ product_id: 1, quantity: 2 }], version: 1 } });
  expect(await shop.see("ann")).toMatchObject({ items: [{ quantity: 2 }], version: 1 });
});

test("fifty merges under one key move the lines once, and a repetition shows the cart as it was then", async () => {
  await shop.add("ann", 1, 3);
  await shop.add("bob", 1, 4);
  const merged = await fifty("/cart/ann/merge", { into: "bob" });
  expect(merged).toMatchObject({ status: 200, body: { user_id: "bob", items: [{ quantity: 7 }] } });
  await shop.add("ann", 1, 5);
  expect((await post("/cart/ann/merge", "fifty", { into: "bob" })).text).toBe(merged.text);
  expect(await shop.see("ann")).toMatchObject({ items: [{ quantity: 5 }] });
});

test("fifty checkouts under one key are one order, which the key still names when the cart is in use again", async () => {
  await shop.add("ann", 1);
  const order = await fifty("/cart/ann/checkout");
  expect(order.status).toBe(201);
  await shop.add("ann", 2);
  await shop.restart();
  expect((await post("/cart/ann/checkout", "fifty")).text).toBe(order.text);
  expect(shop.placed.size).toBe(1);
  expect(await shop.see("ann")).toMatchObject({ items: [{ product_id: 2 }] });
});

test("a checkout joined under another key is the same order for both keys, also when they are repeated", async () => {
  await shop.add("ann", 1);
  const both = await Promise.all([post("/cart/ann/checkout", "one"), post("/cart/ann/checkout", "other")]);
  const again = await Promise.all([post("/cart/ann/checkout", "one"), post("/cart/ann/checkout", "other")]);
  expect(new Set([...both, ...again].map(({ text }) => text)).size).toBe(1);
  expect(shop.placed.size).toBe(1);
});

test("a checkout without an outcome is asked again under its key, and is the same order", async () => {
  await shop.add("ann", 1);
  await shop.orders.mode("hang");
  const { headers } = under("open");
  const both = { headers: { ...headers, ...hurried.headers } };
  expect((await shop.call("POST", "/cart/ann/checkout", both)).status).toBe(503);
  await shop.orders.mode("ok");
  expect((await post("/cart/ann/checkout", "open")).status).toBe(201);
  expect(shop.placed.size).toBe(1);
});

test("a late copy of a checkout that was refused orders nothing", async () => {
  await shop.add("ann", 1);
  shop.orders.on("POST", "/orders", { status: 409, body: { code: "price-changed", detail: "no", prices: [] } });
  const refused = await post("/cart/ann/checkout", "k");
  expect(refused).toMatchObject({ status: 409, body: { code: "price-changed" } });
  expect((await post("/cart/ann/checkout", "k")).text).toBe(refused.text);
  expect(shop.orders.requests).toHaveLength(1);
});

/** A cart service in a process of its own, which may kill itself when so many units of work are committed. */
async function startApart({ writes = -1 } = {}) {
  const dataDir = temporaryFolder();
  const moduleIn = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, path)).href);
  const env = { DATA_DIR: dataDir, CATALOG_URL: shop.catalog.url, ORDER_URL: shop.orders.url };
  const script = `
    import { startTestService } from "@shop/platform/testing";
    import { cartService } from ${moduleIn("service.ts")};
    let writes = 0;
    const wire = (parts) => cartService.wire({ ...parts, database: { ...parts.database, write: async (unit, options) => {
      const result = await parts.database.write(unit, options);
      writes += 1;
      if (writes === ${writes}) process.kill(process.pid, "SIGKILL");
      return result;
    } } });
    const { url } = await startTestService({ ...cartService, wire }, ${JSON.stringify(env)});
    console.log(url);`;
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", script],
    { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(child, "close");
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  return {
    call: caller(url),
    kill: () => child.kill("SIGKILL"),
    async restarted() {
      await ended;
      return startTestService(cartService, env);
    },
  };
}

const fiftyOn = (call: Call, path: string) =>
  Promise.allSettled(Array.from({ length: 50 }, () => call("POST", path, under("k"))));

test("killed while an order is placed: fifty repetitions are that one order", async () => {
  const cart = await startApart();
  await cart.call("POST", "/cart/ann/add?product_id=1");
  const placed = new Map<string, unknown>();
  shop.orders.on("POST", "/orders", ({ headers, body }) => {
    const key = String(headers["idempotency-key"]);
    if (!placed.has(key)) placed.set(key, orderOf("ann", body as Parameters<typeof orderOf>[1]));
    cart.kill();
    return { status: 201, body: placed.get(key) };
  });
  await fiftyOn(cart.call, "/cart/ann/checkout");
  const service = await cart.restarted();
  await fiftyOn(service.call, "/cart/ann/checkout");
  const last = await service.call("POST", "/cart/ann/checkout", under("k"));
  await service.stop();
  expect(last).toMatchObject({ status: 201, body: [...placed.values()][0] });
  expect(placed.size).toBe(1);
});

test("killed while the catalog is asked: fifty repetitions add once", async () => {
  const cart = await startApart();
  shop.catalog.on("GET", "/products", () => {
    cart.kill();
    return { body: [] };
  });
  await fiftyOn(cart.call, "/cart/ann/add?product_id=1&quantity=2");
  shop.catalog.on("GET", "/products", () => ({ body: [shop.products.get(1)] }));
  const service = await cart.restarted();
  await fiftyOn(service.call, "/cart/ann/add?product_id=1&quantity=2");
  const last = await service.call("POST", "/cart/ann/add?product_id=1&quantity=2", under("k"));
  await service.stop();
  expect(last).toMatchObject({ status: 200, body: { version: 1, items: [{ product_id: 1, quantity: 2 }] } });
});

test("killed between the commit of an add and its answer: a repetition gets that answer", async () => {
  const cart = await startApart({ writes: 1 });
  await fiftyOn(cart.call, "/cart/ann/add?product_id=1&quantity=2");
  const service = await cart.restarted();
  const again = await service.call("POST", "/cart/ann/add?product_id=1&quantity=2", under("k"));
  await service.stop();
  expect(again).toMatchObject({ status: 200, body: { version: 1, items: [{ quantity: 2 }] } });
  expect(again.headers.get("idempotent-replayed")).toBe("true");
});

test("killed when the cart is without what was ordered, and nobody was told: a repetition gets the order", async () => {
  // The add, the checkout begun, the checkout completed.
  const cart = await startApart({ writes: 3 });
  await cart.call("POST", "/cart/ann/add?product_id=1");
  await fiftyOn(cart.call, "/cart/ann/checkout");
  const service = await cart.restarted();
  const again = await service.call("POST", "/cart/ann/checkout", under("k"));
  const left = await service.call("GET", "/cart/ann");
  await service.stop();
  expect(again).toMatchObject({ status: 201, body: [...shop.placed.values()][0] });
  expect([shop.placed.size, left.body.items]).toEqual([1, []]);
});
