import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { queryFile, type TestService, temporaryFolder } from "@shop/platform/testing";
import { type Shop, startShop } from "./shop.ts";

// The drill: buyers who do not pause, backups of all four, everything lost, restored, compared.

const root = fileURLToPath(new URL("..", import.meta.url));
const env = { SEED_PRODUCTS: "true", RECONCILE_EVERY_S: "3600" };

const running: Shop[] = [];
async function started(dataDir: string, more: { REQUEST_TIMEOUT_MS?: string } = {}): Promise<Shop> {
  const shop = await startShop({ ...env, ...more, DATA_DIR: dataDir });
  running.push(shop);
  return shop;
}
const stopAll = async () => {
  for (const shop of running.splice(0)) await shop.stop();
};
afterEach(stopAll);

interface Record {
  readonly order: string;
  readonly payment: string;
}

/** Buyers who fill a cart, order and pay, one after another without end, and note what was acknowledged. */
function buyers(shop: Shop, count: number) {
  const paid: Record[] = [];
  const added = new Map<string, number>();
  let open = true;
  const buyer = async (name: string) => {
    while (open) {
      const add = await shop.cart.call("POST", `/cart/${name}/add?product_id=2&quantity=1`);
      if (add.status === 200) added.set(name, (added.get(name) ?? 0) + 1);
      const { body: order } = await shop.order.call("POST", `/orders?user_id=${name}`, { body: [line] });
      const answer = await shop.payment.call("POST", `/pay?order_id=${order.id}&amount=999.99`);
      expect([200, 202]).toContain(answer.status);
      paid.push({ order: order.id, payment: answer.body.id });
    }
  };
  const ended = Promise.all(Array.from({ length: count }, (_, index) => buyer(`buyer${index}`)));
  return {
    paid,
    added,
    async until(payments: number): Promise<void> {
      while (paid.length < payments) await Promise.race([ended, setImmediate()]);
    },
    async close(): Promise<void> {
      open = false;
      await ended;
    },
  };
}

const names = { catalog: "products", cart: "carts", order: "orders", payment: "payments" } as const;
type Name = keyof typeof names;
const services = Object.keys(names) as Name[];

/** Backs one service up; answers with the backup's file. */
async function backUp(service: TestService): Promise<string> {
  const { headers } = await service.call("POST", "/admin/backup");
  for (;;) {
    const { body } = await service.call("GET", headers.get("location") ?? "");
    if (body.status === "running") continue;
    expect(body).toMatchObject({ status: "done", failure: null });
    return join(service.dataDir, "backups", body.file);
  }
}

/** The command as a person runs it, from the sources; `restoreAs` with a name for the restore. */
const restore = (dataDir: string, ...from: string[]) => restoreAs({}, dataDir, ...from);

async function restoreAs(more: { RESTORE_ID?: string }, dataDir: string, ...from: string[]): Promise<string> {
  const args = ["--conditions=source", "--import", "tsx", "scripts/restore.mjs", ...from];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, ...more },
  });
  return stdout;
}

const placeholders = (ids: readonly string[]) => ids.map(() => "?").join(",");

/** Counts and sums of the named orders and payments in a folder of databases. */
async function totals(folder: string, records: readonly Record[]) {
  const of = async (name: string, sql: string, ids: readonly string[]) =>
    (await queryFile(join(folder, `${name}.db`), sql.replace("?", placeholders(ids)), ids))[0];
  const orders = records.map(({ order }) => order);
  const payments = records.map(({ payment }) => payment);
  return {
    orders: await of("orders", "SELECT count(*) AS n, sum(total) AS sum FROM orders WHERE id IN (?)", orders),
    items: await of(
      "orders",
      "SELECT count(*) AS n, sum(price * quantity) AS sum FROM order_items WHERE order_id IN (?)",
      orders,
    ),
    payments: await of("payments", "SELECT count(*) AS n, sum(amount) AS sum FROM payments WHERE id IN (?)", payments),
    holds: await of(
      "products",
      "SELECT count(*) AS n, sum(quantity) AS sum FROM reservation_lines WHERE order_id IN (?)",
      orders,
    ),
  };
}

/** What must hold of each database by itself, whenever it was copied. */
async function expectWhole(folder: string): Promise<void> {
  for (const name of Object.values(names)) {
    const file = join(folder, `${name}.db`);
    expect(await queryFile(file, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(await queryFile(file, "PRAGMA foreign_key_check")).toEqual([]);
  }
  const held = `SELECT p.id FROM products p
    WHERE stock <> (SELECT coalesce(sum(delta), 0) FROM stock_movements WHERE product_id = p.id)
       OR reserved <> (SELECT coalesce(sum(quantity), 0) FROM reservation_lines JOIN reservations USING (order_id)
                       WHERE product_id = p.id AND state = 'HELD')`;
  expect(await queryFile(join(folder, "products.db"), held)).toEqual([]);
  const unfolded = `SELECT id FROM orders o WHERE seq <> (SELECT count(*) FROM order_events WHERE order_id = o.id)
    OR total <> (SELECT sum(price * quantity) FROM order_items WHERE order_id = o.id)`;
  expect(await queryFile(join(folder, "orders.db"), unfolded)).toEqual([]);
}

/** The payment provider is not ours to lose: its ledger stays as it is, whatever happens here. */
function keepProvider(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const end of ["", "-wal"]) {
    try {
      copyFileSync(join(from, `provider.db${end}`), join(to, `provider.db${end}`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

test("all four backed up under load, lost, restored: what was acknowledged before each backup is there", async () => {
  const original = temporaryFolder();
  const shop = await started(original);
  const load = buyers(shop, 8);
  await load.until(40);
  const before = [...load.paid];
  const added = new Map(load.added);
  await Promise.all(services.map((name) => backUp(shop[name])));
  const atEnd = load.paid.length;
  await load.until(atEnd + 40);
  await load.close();
  await stopAll();
  await expectWhole(original);

  const restored = temporaryFolder();
  keepProvider(original, restored);
  const said = await restore(restored, join(original, "backups"));
  for (const name of Object.values(names)) expect(said).toContain(`${name}.db is as it was at `);
  await expectWhole(restored);
  expect(await totals(restored, before)).toEqual(await totals(original, before));
  // The load went on meanwhile: the copy is of a moment in it, with nothing that the original does not have.
  const ids = (folder: string) => queryFile<{ id: string }>(join(folder, "orders.db"), "SELECT id FROM orders");
  const [all, some] = [await ids(original), await ids(restored)].map((rows) => new Set(rows.map(({ id }) => id)));
  expect([...(some ?? [])].filter((id) => !all?.has(id))).toEqual([]);
  expect(some?.size).toBeGreaterThanOrEqual(before.length);
  expect(some?.size).toBeLessThan(all?.size ?? 0);

  const again = await started(restored);
  for (const [name, quantity] of added) {
    const { body: cart } = await again.cart.call("GET", `/cart/${name}`);
    expect(cart.items[0].quantity).toBeGreaterThanOrEqual(quantity);
  }
  await pay(again, await place(again));
});

const line = { product_id: 1, quantity: 1, price: 999.99 };
async function place(shop: Shop): Promise<string> {
  const { status, body } = await shop.order.call("POST", "/orders?user_id=ann", { body: [line] });
  expect(status).toBe(201);
  return body.id;
}
async function pay(shop: Shop, order: string): Promise<string> {
  const { status, body } = await shop.payment.call("POST", `/pay?order_id=${order}&amount=999.99`);
  expect(status).toBe(200);
  return body.id;
}

/** Runs the service's sweeps until one of them has found something; answers with what each says then. */
async function reconcile(service: TestService, until: string): Promise<{ mended: number; notes: string[] }> {
  for (;;) {
    const { body } = await service.call("POST", "/admin/reconcile");
    const pass = body.passes.find(({ name }: { name: string }) => name === until);
    expect(pass.error).toBeUndefined();
    if (pass.found > 0) return { mended: pass.mended, notes: pass.notes ?? [] };
  }
}

const ledgerOf = (folder: string) =>
  queryFile(join(folder, "provider.db"), "SELECT count(*) AS charges, sum(amount) AS sum FROM charges");

test("payments restored from an older copy than orders: what the provider captured is recorded, nothing is charged", async () => {
  const original = temporaryFolder();
  const shop = await started(original);
  await pay(shop, await place(shop));
  const payments = await backUp(shop.payment);
  const order = await place(shop);
  const payment = await pay(shop, order);
  const others = [await backUp(shop.order), await backUp(shop.catalog), await backUp(shop.cart)];
  await stopAll();
  const charged = await ledgerOf(original);

  const restored = temporaryFolder();
  keepProvider(original, restored);
  await restore(restored, payments, ...others);
  // A charge is compared once it is older than any request that may be writing it down.
  const again = await started(restored, { REQUEST_TIMEOUT_MS: "1000" });
  while ((await again.payment.call("GET", `/payments/${payment}`)).status !== 200)
    await again.payment.call("POST", "/admin/reconcile");
  expect((await again.payment.call("GET", `/payments/${payment}`)).body).toMatchObject({
    order_id: order,
    status: "SUCCEEDED",
  });
  const twice = await again.payment.call("POST", `/pay?order_id=${order}&amount=999.99`);
  expect([twice.status, twice.body.code]).toEqual([409, "order-already-paid"]);
  await stopAll();
  expect(await ledgerOf(restored)).toEqual(charged);

  // Where the provider does not know of it either, a person must be told.
  const unknown = temporaryFolder();
  await restore(unknown, payments, ...others);
  const { notes } = await reconcile((await started(unknown)).order, "compare-payments");
  expect(notes).toEqual([`order ${order} was paid by payment ${payment}, which is not there`]);
});

test("orders restored from an older copy than payments: a captured payment pays its order, one without is told", async () => {
  const original = temporaryFolder();
  const shop = await started(original);
  const order = await place(shop);
  const orders = await backUp(shop.order);
  const payment = await pay(shop, order);
  const lost = await place(shop);
  const lostPayment = await pay(shop, lost);
  const others = [await backUp(shop.payment), await backUp(shop.catalog), await backUp(shop.cart)];
  await stopAll();
  const charged = await ledgerOf(original);

  const restored = temporaryFolder();
  keepProvider(original, restored);
  await restore(restored, orders, ...others);
  const again = await started(restored);
  expect((await again.order.call("GET", `/orders/${order}`)).body).toMatchObject({ status: "PENDING" });
  const { mended, notes } = await reconcile(again.order, "compare-payments");
  expect(mended).toBe(1);
  expect(notes).toEqual([`payment ${lostPayment} was captured for order ${lost}, which is not there`]);
  expect((await again.order.call("GET", `/orders/${order}`)).body).toMatchObject({
    status: "PAID",
    payment_id: payment,
  });
  await stopAll();
  expect(await ledgerOf(restored)).toEqual(charged);
});

test("catalog restored from an older copy than orders: the stock of what was sold since is taken again", async () => {
  const original = temporaryFolder();
  const shop = await started(original);
  const products = await backUp(shop.catalog);
  const order = await place(shop);
  await pay(shop, order);
  while ((await shop.order.call("GET", `/orders/${order}`)).body.hold !== "confirmed") await setImmediate();
  const sold = (await shop.catalog.call("GET", "/products/1")).body;
  const others = [await backUp(shop.order), await backUp(shop.payment), await backUp(shop.cart)];
  await stopAll();

  const restored = temporaryFolder();
  keepProvider(original, restored);
  await restore(restored, products, ...others);
  const again = await started(restored);
  expect((await again.catalog.call("GET", "/products/1")).body.stock).toBe(sold.stock + 1);
  expect(await reconcile(again.order, "compare-holds")).toEqual({ mended: 1, notes: [] });
  expect((await again.catalog.call("GET", "/products/1")).body).toMatchObject({ stock: sold.stock, reserved: 0 });
  await stopAll();
  await expectWhole(restored);
});

test("no restore while a service runs, and none of a half set", async () => {
  const dataDir = temporaryFolder();
  const shop = await started(dataDir);
  const [products, orders] = [await backUp(shop.catalog), await backUp(shop.order)];
  await expect(restore(dataDir, products)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("in use by another process"),
  });
  await stopAll();
  rmSync(`${orders}.sha256`);
  await expect(restore(dataDir, products, orders)).rejects.toMatchObject({
    stderr: expect.stringContaining("Nothing was replaced."),
  });
  const kept = await queryFile<{ n: number }>(join(dataDir, "products.db"), "SELECT count(*) AS n FROM products");
  expect(kept).toEqual([{ n: 3 }]);
});

test("a named restore replaces each database once, also when some of a set were replaced before", async () => {
  const dataDir = temporaryFolder();
  const shop = await started(dataDir);
  const [products, orders] = [await backUp(shop.catalog), await backUp(shop.order)];
  await stopAll();
  const once = { RESTORE_ID: "2026-07-29" };
  expect(await restoreAs(once, dataDir, products)).toContain("products.db is as it was at ");
  const said = await restoreAs(once, dataDir, products, orders);
  expect(said).toContain("products.db was restored as 2026-07-29 before and stays as it is");
  expect(said).toContain("orders.db is as it was at ");
  expect(await restoreAs(once, dataDir, products, orders)).not.toContain("is as it was at");
});
