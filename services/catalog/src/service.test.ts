import { broken, startCatalog, type TestCatalog } from "./testing/start-catalog.ts";

let catalog: TestCatalog;
beforeEach(async () => {
  catalog = await startCatalog();
});
afterEach(() => catalog.stop());

const namesAt = async (path: string) => {
  const answer = await catalog.call("GET", path);
  return (answer.body as { name: string }[]).map((product) => product.name);
};

test("an empty database is seeded with three products once, and no other", async () => {
  const env = { SEED_PRODUCTS: "true" };
  const seeded = await startCatalog(env);
  const { body } = await seeded.call("GET", "/products");
  expect(body).toMatchObject([
    { id: 1, name: "Laptop", price: 999.99, currency: "USD", stock: 1000, reserved: 0, available: 1000, version: 1 },
    { id: 2, name: "Smartphone", price: 699.99 },
    { id: 3, name: "Headphones", price: 199.99 },
  ]);
  expect(await broken(seeded)).toEqual([]);
  await seeded.call("DELETE", "/products/1", { headers: { "If-Match": "*" } });
  await seeded.stop();
  const again = await startCatalog({ ...env, DATA_DIR: seeded.dataDir });
  const after = await again.call("GET", "/products");
  await again.stop();
  expect(after.body).toMatchObject([{ active: false }, { active: true }, { active: true }]);
});

test("a currency without minor units takes and shows whole prices", async () => {
  const yen = await startCatalog({ SHOP_CURRENCY: "JPY", SEED_PRODUCTS: "true" });
  const { body } = await yen.call("GET", "/products/1");
  const refused = await yen.call("POST", "/products", { body: { name: "Lamp", price: 10.5 } });
  await yen.stop();
  expect(body).toMatchObject({ price: 1000, currency: "JPY" });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/body/price" }] } });
});

test("a product is created with what is left out filled in, and found where Location says", async () => {
  const made = await catalog.call("POST", "/products", { body: { name: "Lamp", price: 10.01 } });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ description: "", price: 10.01, stock: 0, available: 0, active: true, version: 1 });
  expect(made.body.sku).toMatch(/^P-[0-9A-F]{12}$/);
  const found = await catalog.call("GET", made.headers.get("location") ?? "");
  expect(found.body).toEqual(made.body);
  expect(found.headers.get("etag")).toBe(made.headers.get("etag"));
});

test("a SKU belongs to one product", async () => {
  await catalog.product({ sku: "LAMP" });
  const { id } = await catalog.product({ sku: "OTHER" });
  const taken = { status: 409, body: { code: "sku-taken" } };
  expect(await catalog.call("POST", "/products", { body: { name: "Lamp", price: 1, sku: "LAMP" } })).toMatchObject(
    taken,
  );
  const headers = { "If-Match": "*" };
  expect(await catalog.call("PATCH", `/products/${id}`, { headers, body: { sku: "LAMP" } })).toMatchObject(taken);
});

test.each([
  ["price", 0],
  ["price", 0.011],
  ["price", "10"],
  ["price", null],
  ["name", " "],
  ["name", "a".repeat(201)],
  ["name", "\ud800"],
  ["sku", "a b"],
  ["stock", -1],
  ["stock", 1.5],
  ["active", 1],
  ["reserved", 3],
])("a product with %s %j is refused, with a pointer, and not stored", async (field, value) => {
  const body = { name: "Lamp", price: 10, [field]: value };
  const answer = await catalog.call("POST", "/products", { body });
  expect(answer).toMatchObject({
    status: 422,
    body: { code: "invalid-request", errors: [{ pointer: `/body/${field}` }] },
  });
  expect((await catalog.call("GET", "/products")).body).toEqual([]);
});

test("an edit needs the version that was seen; sales in between do not make it stale", async () => {
  const { id, etag } = await catalog.product();
  const edit = (headers: Record<string, string>, body: object = { price: 12 }) =>
    catalog.call("PATCH", `/products/${id}`, { headers, body });
  expect(await edit({})).toMatchObject({ status: 428, body: { code: "precondition-required" } });
  await catalog.hold(id, 2);
  const edited = await edit({ "If-Match": etag });
  expect(edited).toMatchObject({ status: 200, body: { price: 12, name: "Lamp", version: 2, reserved: 2 } });
  expect(edited.headers.get("etag")).toBe('"2.1"');
  expect(await edit({ "If-Match": etag })).toMatchObject({
    status: 412,
    body: { code: "precondition-failed", version: 2 },
  });
  expect(await edit({ "If-Match": 'W/"2.1"' })).toMatchObject({ status: 412 });
  expect(await edit({ "If-Match": '"2.1"' }, {})).toMatchObject({ status: 422 });
  const missing = await catalog.call("PATCH", "/products/99", { headers: { "If-Match": "*" }, body: { price: 1 } });
  expect(missing.status).toBe(404);
});

test("of two edits of the same version one wins", async () => {
  const { id, etag } = await catalog.product();
  const headers = { "If-Match": etag };
  const edits = [1, 2, 3, 4].map((price) => catalog.call("PATCH", `/products/${id}`, { headers, body: { price } }));
  expect((await Promise.all(edits)).map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
});

test("a deleted product stays readable and is not for sale", async () => {
  const { id, etag } = await catalog.product();
  expect((await catalog.call("DELETE", `/products/${id}`)).status).toBe(428);
  const gone = await catalog.call("DELETE", `/products/${id}`, { headers: { "If-Match": etag } });
  expect(gone).toMatchObject({ status: 200, body: { active: false, version: 2 } });
  expect((await catalog.call("DELETE", `/products/${id}`, { headers: { "If-Match": etag } })).status).toBe(412);
  expect((await catalog.call("GET", `/products/${id}`)).body.active).toBe(false);
  expect(await catalog.hold(id)).toMatchObject({ status: 409, body: { code: "inactive-product", product_ids: [id] } });
});

test("an ETag answers 304 until an edit or a change of stock", async () => {
  const { id, etag } = await catalog.product();
  const read = (tag: string) => catalog.call("GET", `/products/${id}`, { headers: { "If-None-Match": tag } });
  const same = await read(etag);
  expect([same.status, same.text, same.headers.get("etag")]).toEqual([304, "", etag]);
  await catalog.hold(id);
  const moved = await read(etag);
  expect([moved.status, moved.body.reserved]).toEqual([200, 1]);
  expect((await read(`W/${moved.headers.get("etag")}`)).status).toBe(304);
});

test("stock is adjusted down to what is reserved and no further, and every step is on record", async () => {
  const { id } = await catalog.product();
  await catalog.hold(id, 4);
  const adjust = (delta: number, reason = "counted") =>
    catalog.call("POST", `/products/${id}/stock-adjustments`, { body: { delta, reason } });
  expect(await adjust(-7)).toMatchObject({
    status: 409,
    body: { code: "insufficient-stock", shortages: [{ product_id: id, requested: 7, available: 6 }] },
  });
  expect(await adjust(-6, "broken")).toMatchObject({ status: 200, body: { stock: 4, available: 0, version: 1 } });
  expect(await adjust(1_000_000_000)).toMatchObject({ status: 200, body: { stock: 1_000_000_004 } });
  for (const wrong of [0, 0.5, 1_000_000_001, -1_000_000_001]) expect((await adjust(wrong)).status).toBe(422);
  const { body } = await catalog.call("GET", `/products/${id}/stock-movements`);
  expect(body).toMatchObject([
    { product_id: id, delta: 1_000_000_000, reason: "counted", order_id: null },
    { delta: -6, reason: "broken" },
    { delta: 10, reason: "initial stock" },
  ]);
  const first = await catalog.call("GET", `/products/${id}/stock-movements?limit=2`);
  const next = /<(.+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
  expect([...first.body, ...(await catalog.call("GET", next)).body]).toEqual(body);
  expect((await catalog.call("GET", "/products/99/stock-movements")).status).toBe(404);
  const nowhere = { body: { delta: 1, reason: "found" } };
  expect((await catalog.call("POST", "/products/99/stock-adjustments", nowhere)).status).toBe(404);
});

test("filters narrow the list down, alone and together", async () => {
  await catalog.product({ name: "Desk lamp 100%", price: 30, stock: 0, sku: "A_1" });
  const old = await catalog.product({ name: "Old lamp", price: 5, sku: "AB1" });
  await catalog.product({ name: "Chair", price: 80, description: "goes with the desk", sku: "C-1" });
  await catalog.call("DELETE", `/products/${old.id}`, { headers: { "If-Match": "*" } });
  expect(await namesAt("/products?q=DESK")).toEqual(["Desk lamp 100%", "Chair"]);
  expect(await namesAt("/products?q=0%25")).toEqual(["Desk lamp 100%"]);
  expect(await namesAt("/products?q=a_1")).toEqual(["Desk lamp 100%"]);
  expect(await namesAt("/products?q=%27%20OR%201=1")).toEqual([]);
  expect(await namesAt("/products?active=false")).toEqual(["Old lamp"]);
  expect(await namesAt("/products?in_stock=true&active=true")).toEqual(["Chair"]);
  expect(await namesAt("/products?in_stock=false")).toEqual(["Desk lamp 100%"]);
  expect(await namesAt("/products?min_price=5.01&max_price=80&sort=-price")).toEqual(["Chair", "Desk lamp 100%"]);
  expect(await namesAt(`/products?ids=3,${old.id},3,77,9999999999999999`)).toEqual(["Old lamp", "Chair"]);
  expect(await namesAt(`/products?ids=3,${old.id}&sort=-id&active=true`)).toEqual(["Chair"]);
});

test.each([
  "ids=",
  "ids=1,x",
  `ids=${"1,".repeat(100)}1`,
  "sort=stock",
  "min_price=0.001",
  "active=2",
  "limit=501",
  "x=1",
  "q=%00",
])("the list with %s is refused", async (query) => {
  expect(await catalog.call("GET", `/products?${query}`)).toMatchObject({
    status: 422,
    body: { code: "invalid-request" },
  });
});

test.each(["id", "-id", "name", "-name", "price", "-price"])(
  "pages by %s are whole while products are added",
  async (sort) => {
    const add = (name: string, price: number) => catalog.product({ name, price });
    for (const [name, price] of [
      ["b", 2],
      ["d", 2],
      ["b", 1],
      ["c", 3],
      ["a", 2],
    ] as const)
      await add(name, price);
    const before = (await catalog.call("GET", `/products?sort=${sort}`)).body as { id: number }[];
    const seen: number[] = [];
    let path: string | undefined = `/products?sort=${sort}&limit=2&min_price=0.5`;
    for (let pages = 0; path; pages += 1) {
      expect(pages).toBeLessThan(10);
      const answer = await catalog.call("GET", path);
      seen.push(...(answer.body as { id: number }[]).map(({ id }) => id));
      path = /<(.+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
      if (path && pages < 3) await add("b", 2);
    }
    expect(new Set(seen).size).toBe(seen.length);
    const known = new Set(before.map(({ id }) => id));
    expect(seen.filter((id) => known.has(id))).toEqual(before.map(({ id }) => id));
  },
);

test("every read after an answered change shows it", async () => {
  const { id } = await catalog.product();
  const look = async () => {
    const reads = ["/products", `/products?ids=${id}`, `/products?ids=${id}&in_stock=true`, "/products?q=lamp"];
    const lists = await Promise.all(reads.map((path) => catalog.call("GET", path)));
    const single = await catalog.call("GET", `/products/${id}`);
    const seen = [...lists.map(({ body }) => body[0]), single.body];
    expect(seen).toEqual(seen.map(() => single.body));
    return [single.body.version, single.body.stock, single.body.reserved];
  };
  expect(await look()).toEqual([1, 10, 0]);
  const held = await catalog.hold(id, 3);
  expect(await look()).toEqual([1, 10, 3]);
  await catalog.move(held.body.order_id, "confirm");
  expect(await look()).toEqual([1, 7, 0]);
  await catalog.call("POST", `/products/${id}/stock-adjustments`, { body: { delta: 1, reason: "found" } });
  expect(await look()).toEqual([1, 8, 0]);
  await catalog.call("PATCH", `/products/${id}`, { headers: { "If-Match": "*" }, body: { name: "Lamp 2" } });
  expect(await look()).toEqual([2, 8, 0]);
  await catalog.product({ name: "Another lamp" });
  expect((await catalog.call("GET", "/products")).body).toHaveLength(2);
});

test("ids that cannot exist are not found, and a key that may only read may not write or reserve", async () => {
  for (const id of ["0", "-1", "x", "1.5", "99999999999999999999"])
    expect((await catalog.call("GET", `/products/${id}`)).status).toBe(404);
  expect((await catalog.call("GET", "/products", { key: null })).status).toBe(401);
  expect(catalog.routes.filter((each) => each.method !== "GET" && each.scope === "catalog:read")).toEqual([]);
});
