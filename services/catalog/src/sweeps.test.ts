import { v7 } from "uuid";
import { broken, startCatalog, type TestCatalog } from "./testing/start-catalog.ts";

let catalog: TestCatalog;
beforeEach(async () => {
  catalog = await startCatalog({ SWEEP_DELAY_S: "0" });
  // The sweeps of the start are over then, and find nothing of what the tests do.
  await catalog.reconcile();
});
afterEach(() => catalog.stop());

const days = 24 * 3_600_000;
const pass = "UPDATE reservations SET expires_at = 1";

test("a hold past its time expires and frees its stock; one in its time stays, and a second look finds nothing", async () => {
  const { id } = await catalog.product();
  const { body: due } = await catalog.hold(id, 3);
  await catalog.hold(id, 2);
  await catalog.tamper(`${pass} WHERE order_id = '${due.order_id}'`);
  expect((await catalog.reconcile())["expire-holds"]).toEqual({ found: 1, mended: 1 });
  expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 2, available: 8 });
  expect((await catalog.reconcile())["expire-holds"]).toEqual({ found: 0, mended: 0 });
  expect(await broken(catalog)).toEqual([]);
});

test("after a start nothing expires for a while, not by hand either: payments that waited come first", async () => {
  const patient = await startCatalog();
  const { id } = await patient.product();
  const { body: held } = await patient.hold(id);
  await patient.tamper(pass);
  expect((await patient.reconcile())["expire-holds"]).toMatchObject({
    found: 0,
    notes: [expect.stringMatching("waits")],
  });
  expect(await patient.move(held.order_id, "confirm")).toMatchObject({ status: 200, body: { state: "CONFIRMED" } });
  await patient.stop();
});

test("a reserved count that is not the sum of its holds is mended, and shown at once", async () => {
  const { id } = await catalog.product();
  await catalog.hold(id, 3);
  expect((await catalog.stockOf(id)).reserved).toBe(3);
  await catalog.tamper(`UPDATE products SET reserved = 7 WHERE id = ${id}`);
  expect((await catalog.reconcile())["audit-stock"]).toEqual({
    found: 1,
    mended: 1,
    notes: [`product ${id}: stock 10, movements 10; reserved 7, held 3; reserved is mended`],
  });
  expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 3, available: 7 });
  expect((await catalog.reconcile())["audit-stock"]).toEqual({ found: 0, mended: 0 });
});

test("counts of which nobody can say what is right are told, and left as they are", async () => {
  const { id: unmoved } = await catalog.product();
  const { id: oversold } = await catalog.product();
  await catalog.hold(oversold, 4);
  await catalog.tamper(`UPDATE products SET stock = 8, reserved = 1 WHERE id = ${unmoved}`);
  await catalog.tamper(`UPDATE reservation_lines SET quantity = 11 WHERE product_id = ${oversold}`);
  expect((await catalog.reconcile())["audit-stock"]).toEqual({
    found: 2,
    mended: 0,
    notes: [
      expect.stringMatching(`product ${unmoved}: stock 8, movements 10; reserved 1, held 0; left as it is`),
      expect.stringMatching(`product ${oversold}: stock 10, movements 10; reserved 4, held 11; left as it is`),
    ],
  });
  expect(await catalog.stockOf(unmoved)).toMatchObject({ stock: 8, reserved: 1 });
  expect(await catalog.stockOf(oversold)).toMatchObject({ stock: 10, reserved: 4 });
});

test("every product is looked at, however many there are", async () => {
  await catalog.tamper(`
    INSERT INTO products (sku, name, description, price, stock, reserved, active, version, stock_seq, created_at, updated_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
    SELECT 'SKU-' || i, 'Lamp', '', 1000, i / 1001, 0, 1, 1, 0, 1, 1 FROM n`);
  expect((await catalog.reconcile())["audit-stock"]).toMatchObject({
    found: 1,
    notes: [expect.stringMatching("product 1001: stock 1, movements 0")],
  });
});

test("holds that came to nothing are forgotten after 30 days; what was sold never is", async () => {
  const { id } = await catalog.product();
  const orders = await Promise.all(Array.from({ length: 4 }, async () => (await catalog.hold(id)).body.order_id));
  const [released, expired, confirmed, held] = orders;
  const [tombstone, recent] = [v7(), v7()];
  for (const order of [released, tombstone]) await catalog.move(order, "release");
  await catalog.move(confirmed, "confirm");
  await catalog.tamper(`${pass} WHERE order_id = '${expired}'`);
  await catalog.reconcile();
  await catalog.tamper(`UPDATE reservations SET updated_at = ${Date.now() - 31 * days}`);
  await catalog.move(recent, "release");
  expect((await catalog.reconcile())["prune-reservations"]).toEqual({ found: 3, mended: 3 });
  const left = (await catalog.call("GET", "/reservations")).body;
  expect(left.map(({ order_id }: { order_id: string }) => order_id).sort()).toEqual([confirmed, held, recent].sort());
  expect(await broken(catalog)).toEqual([]);
});
