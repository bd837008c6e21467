import { v7 } from "uuid";
import { broken, startCatalog, type TestCatalog } from "./testing/start-catalog.ts";

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await startCatalog();
});
afterAll(() => catalog.stop());

const post = (path: string, key: string, body?: unknown) =>
  catalog.call("POST", path, { headers: { "Idempotency-Key": key }, ...(body === undefined ? {} : { body }) });

/** Fifty at once under one key, and one more: those that were not told to come back all got the same answer. */
async function fifty(path: string, body?: unknown) {
  const key = v7();
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(path, key, body)));
  const last = await post(path, key, body);
  for (const answer of answers)
    if (answer.body.code !== "idempotency-in-flight")
      expect([answer.status, answer.text]).toEqual([last.status, last.text]);
  expect(answers.map(({ status }) => status)).toContain(last.status);
  expect(last.headers.get("idempotent-replayed")).toBe("true");
  return last;
}

test("a product is made once, and a repetition names the same one", async () => {
  const made = await fifty("/products", { name: "Kettle", price: 30, stock: 4 });
  expect(made).toMatchObject({ status: 201, body: { name: "Kettle", stock: 4, version: 1 } });
  expect(made.headers.get("location")).toBe(`/products/${made.body.id}`);
  expect(made.headers.get("etag")).toBe('"1.0"');
  expect(await catalog.rows("SELECT id FROM products WHERE name = 'Kettle'")).toEqual([{ id: made.body.id }]);
});

test("stock is adjusted once", async () => {
  const { id } = await catalog.product({ stock: 10 });
  const adjusted = await fifty(`/products/${id}/stock-adjustments`, { delta: 5, reason: "found" });
  expect(adjusted).toMatchObject({ status: 200, body: { stock: 15 } });
  expect(await catalog.stockOf(id)).toMatchObject({ stock: 15 });
  expect(await broken(catalog)).toEqual([]);
});

test("a refused adjustment stays refused when a copy of it comes late, and is asked anew under another key", async () => {
  const { id } = await catalog.product({ stock: 1 });
  const take = (key: string) => post(`/products/${id}/stock-adjustments`, key, { delta: -2, reason: "lost" });
  expect((await take("take-2")).body.code).toBe("insufficient-stock");
  await post(`/products/${id}/stock-adjustments`, "add-1", { delta: 1, reason: "found" });
  expect((await take("take-2")).body.code).toBe("insufficient-stock");
  expect(await catalog.stockOf(id)).toMatchObject({ stock: 2 });
  expect(await take("take-2-again")).toMatchObject({ status: 200, body: { stock: 0 } });
});

test("reservations are held, confirmed, returned and released once", async () => {
  const { id } = await catalog.product({ stock: 10 });
  const orderId = v7();
  const reservation = { order_id: orderId, items: [{ product_id: id, quantity: 3, price: 10 }], ttl_s: 600 };
  expect((await fifty("/reservations", { reservations: [reservation] })).body.results).toMatchObject([{ status: 201 }]);
  expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 3, available: 7 });
  expect((await fifty("/reservations/confirm", { order_ids: [orderId] })).body.results).toMatchObject([
    { status: 200 },
  ]);
  expect((await fifty(`/reservations/${orderId}/confirm`)).body.state).toBe("CONFIRMED");
  expect(await catalog.stockOf(id)).toEqual({ stock: 7, reserved: 0, available: 7 });
  expect((await fifty(`/reservations/${orderId}/return`)).body.state).toBe("RETURNED");
  expect((await fifty(`/reservations/${v7()}/release`)).body.state).toBe("RELEASED");
  expect(await catalog.stockOf(id)).toEqual({ stock: 10, reserved: 0, available: 10 });
  expect(await broken(catalog)).toEqual([]);
});
