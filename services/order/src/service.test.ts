import { startOrderService, type TestShop } from "./testing/start-order-service.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await startOrderService();
});
afterAll(() => shop.close());
beforeEach(() => shop.catalog.refuse(undefined));

const holdsAsked = ({ catalog }: TestShop) =>
  catalog.requests.filter(({ method, path }) => method === "POST" && path === "/reservations");
const nowhere = "0190a000-0000-7000-8000-000000000000";

describe("placing", () => {
  it("answers with the whole order, verified and held at the catalog", async () => {
    const body = [
      { product_id: 1, quantity: 3, price: 0.1 },
      { product_id: 2, price: 0.2 },
    ];
    const answer = await shop.call("POST", "/orders?user_id=user1", { body });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe(`/orders/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      user_id: "user1",
      status: "PENDING",
      verification: "verified",
      hold: "held",
      currency: "USD",
      items: [
        { product_id: 1, sku: "SKU-1", name: "Product 1", quantity: 3, price: 0.1, subtotal: 0.3 },
        { product_id: 2, sku: "SKU-2", name: "Product 2", quantity: 1, price: 0.2, subtotal: 0.2 },
      ],
      total: 0.5,
      refunded: 0,
      payment_id: null,
      reason: null,
    });
    const { id, created_at, expires_at } = answer.body;
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(1800_000);
    expect(shop.catalog.states.get(id)).toBe("HELD");
    const asked = holdsAsked(shop).at(-1)?.body as { reservations: object[] };
    expect(asked.reservations).toEqual([
      {
        order_id: id,
        items: [
          { product_id: 1, quantity: 3, price: 0.1 },
          { product_id: 2, quantity: 1, price: 0.2 },
        ],
        ttl_s: 2700,
      },
    ]);
    expect(await shop.get(id)).toEqual(answer.body);
  });

  it("keeps lines of one product as they were given", async () => {
    const { items, total } = await shop.place([
      { product_id: 7, quantity: 2, price: 1.5 },
      { product_id: 7, quantity: 1, price: 1.5 },
    ]);
    expect(items.map(({ quantity }: { quantity: number }) => quantity)).toEqual([2, 1]);
    expect(total).toBe(4.5);
  });

  it.each([
    [409, "price-changed", { prices: [{ product_id: 1, given: 10.5, current: 11 }] }],
    [409, "insufficient-stock", { shortages: [{ product_id: 1, requested: 1, available: 0 }] }],
    [409, "inactive-product", { product_ids: [1] }],
    [422, "unknown-product", { product_ids: [1] }],
  ])("passes the catalog's %i %s on, and stores nothing", async (status, code, members) => {
    shop.catalog.refuse({ status, code, ...members });
    const answer = await shop.call("POST", "/orders?user_id=refused", { body: [{ product_id: 1, price: 10.5 }] });
    expect(answer).toMatchObject({ status, body: { code, ...members } });
    expect((await shop.call("GET", "/orders?user_id=refused")).body).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["no line", [], "/body"],
    ["101 lines", Array(101).fill({ product_id: 1, price: 1 }), "/body"],
    ["no array", { product_id: 1, price: 1 }, "/body"],
    ["no price", [{ product_id: 1 }], "/body/0/price"],
    ["a price of nothing", [{ product_id: 1, price: 0 }], "/body/0/price"],
    ["a price in tenths of a cent", [{ product_id: 1, price: 0.125 }], "/body/0/price"],
    ["a price as text", [{ product_id: 1, price: "1" }], "/body/0/price"],
    ["a quantity of 0", [{ product_id: 1, price: 1, quantity: 0 }], "/body/0/quantity"],
    ["a quantity of 100", [{ product_id: 1, price: 1, quantity: 100 }], "/body/0/quantity"],
    ["half a product", [{ product_id: 1, price: 1, quantity: 1.5 }], "/body/0/quantity"],
    ["product 0", [{ product_id: 0, price: 1 }], "/body/0/product_id"],
    ["an unknown field", [{ product_id: 1, price: 1, discount: 1 }], "/body/0/discount"],
    ["a total past every bound", [{ product_id: 1, price: 9_999_999_999.99, quantity: 99 }], "/body"],
  ])("refuses %s", async (_, body, pointer) => {
    const answer = await shop.call("POST", "/orders?user_id=user1", { body });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request", errors: [{ pointer }] } });
  });

  it.each([
    "",
    "?user_id=",
    "?user_id=.dot",
    "?user_id=a%00b",
    `?user_id=${"x".repeat(65)}`,
    "?user_id=a&user_id=b",
    "?user_id=a&x=1",
  ])("refuses the query %p", async (query) => {
    const answer = await shop.call("POST", `/orders${query}`, { body: [{ product_id: 1, price: 1 }] });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request" } });
  });

  describe("many at once", () => {
    let other: TestShop;
    beforeEach(async () => {
      // Far: all of them have arrived before the first is answered.
      other = await startOrderService({ REQUEST_TIMEOUT_MS: "20000" });
    });
    afterEach(() => other.close());

    /** Places all of them while the catalog keeps the first call waiting, so that the others gather. */
    async function placeTogether(count: number, linesOf: (index: number) => object[]) {
      const { catalog } = other;
      let letGo = () => {};
      const gate = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      catalog.on("POST", "/reservations", async (request) => {
        await gate;
        return catalog.hold(request);
      });
      const placing = Array.from({ length: count }, (_, index) => other.place(linesOf(index), `many${index}`));
      while (!(await other.call("GET", "/metrics")).text.includes(`http_requests_in_flight ${count + 1}`));
      letGo();
      return Promise.all(placing);
    }

    it("asks the catalog once for what waits, and answers each with its own", async () => {
      const orders = await placeTogether(50, (index) => [{ product_id: index + 1, price: 1 }]);
      expect(orders.map(({ items }) => items[0].sku)).toEqual(orders.map((_, index) => `SKU-${index + 1}`));
      expect(orders.map(({ user_id }) => user_id)).toEqual(orders.map((_, index) => `many${index}`));
      expect(holdsAsked(other).length).toBeLessThanOrEqual(4);
    });

    it("sends no call that the catalog would find too large", async () => {
      const hundred = Array.from({ length: 100 }, (_, line) => ({
        product_id: Number.MAX_SAFE_INTEGER - line,
        quantity: 99,
        price: 12_345.67,
      }));
      const orders = await placeTogether(60, () => hundred);
      expect(orders.map(({ verification }) => verification)).toEqual(Array(60).fill("verified"));
      const sizes = holdsAsked(other).map(({ body }) => JSON.stringify(body).length);
      expect(Math.max(...sizes)).toBeLessThan(200_000);
      expect(Math.max(...sizes)).toBeGreaterThan(100_000);
    });
  });
});

describe("lists", () => {
  const ids = (answer: { body: { id: string }[] }) => answer.body.map(({ id }) => id);

  it("are newest first, page by page, under every filter", async () => {
    const placed: string[] = [];
    for (let count = 0; count < 5; count += 1) placed.push((await shop.place(undefined, "lister")).id);
    const newestFirst = placed.toReversed();
    await shop.call("POST", `/orders/${placed[1]}/cancel`);

    const seen: string[] = [];
    let next: string | undefined = "/orders?user_id=lister&limit=2";
    while (next) {
      const answer = await shop.call("GET", next);
      seen.push(...ids(answer));
      next = /^<(.+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    expect(seen).toEqual(newestFirst);
    expect(ids(await shop.call("GET", "/orders?user_id=lister&status=CANCELLED"))).toEqual([placed[1]]);
    expect(ids(await shop.call("GET", "/orders?status=CANCELLED&limit=500"))).toContain(placed[1]);
    expect(ids(await shop.call("GET", "/orders?limit=5"))).toEqual(newestFirst);
  });

  it("take a span of time, its beginning included and its end not", async () => {
    const { id, created_at } = await shop.place(undefined, "timed");
    const at = Date.parse(created_at);
    const listed = async (from: number, to: number) => {
      const span = `created_from=${new Date(from).toISOString()}&created_to=${new Date(to).toISOString()}`;
      return ids(await shop.call("GET", `/orders?user_id=timed&${span}`));
    };
    expect(await listed(at, at + 1)).toEqual([id]);
    expect(await listed(at - 1000, at)).toEqual([]);
    expect(await listed(at + 1, at + 1000)).toEqual([]);
  });

  it.each([
    "limit=0",
    "limit=501",
    "status=LOST",
    "cursor=xyz",
    "cursor=!",
    "created_from=yesterday",
    "created_to=2026-W01",
    "colour=red",
  ])("refuse %s", async (query) => {
    expect(await shop.call("GET", `/orders?${query}`)).toMatchObject({
      status: 422,
      body: { code: "invalid-request", errors: [expect.objectContaining({ pointer: expect.any(String) })] },
    });
  });
});

describe("closing", () => {
  it("cancels an unpaid order and releases its stock", async () => {
    const { id } = await shop.place();
    const answer = await shop.call("POST", `/orders/${id}/cancel`);
    expect(answer).toMatchObject({ status: 200, body: { status: "CANCELLED", reason: "Cancelled on request." } });
    await shop.eventually(id, { hold: "released" });
    expect(shop.catalog.states.get(id)).toBe("RELEASED");
    expect(await shop.eventTypes(id)).toEqual(["placed", "cancelled", "hold_released"]);
    expect(await shop.call("POST", `/orders/${id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: "invalid-transition", order_status: "CANCELLED", allowed: [] },
    });
  });

  it("hands over what is paid and confirmed, and nothing else", async () => {
    const order = await shop.place();
    expect(await shop.call("POST", `/orders/${order.id}/fulfil`)).toMatchObject({
      status: 409,
      body: { code: "invalid-transition", order_status: "PENDING", allowed: ["pay", "cancel", "expire"] },
    });
    await shop.tell(order, "succeeded");
    await shop.eventually(order.id, { hold: "confirmed" });
    expect(await shop.call("POST", `/orders/${order.id}/fulfil`)).toMatchObject({
      status: 200,
      body: { status: "FULFILLED" },
    });
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "paid", "hold_confirmed", "fulfilled"]);
  });
});

describe("ids", () => {
  const routes = [
    ["GET", ""],
    ["GET", "/events"],
    ["POST", "/cancel"],
    ["POST", "/fulfil"],
  ] as const;

  it.each(routes)("that do not or cannot exist are 404 for %s /orders/:order_id%s", async (method, rest) => {
    for (const id of [nowhere, "7", "..%2f..%2fetc", "%27%20OR%201=1"])
      expect(await shop.call(method, `/orders/${id}${rest}`)).toMatchObject({
        status: 404,
        body: { code: "not-found" },
      });
  });
});

it("shows what happened with its money and times as they go over the wire", async () => {
  const order = await shop.place();
  await shop.tell(order, "succeeded");
  const [placed, paid] = await shop.events(order.id);
  expect(placed).toMatchObject({
    seq: 1,
    type: "placed",
    at: order.created_at,
    data: { user_id: "user1", expires_at: order.expires_at, items: [{ product_id: 1, price: 10.5 }] },
  });
  expect(paid).toMatchObject({ seq: 2, type: "paid", data: { amount: 10.5, version: 2 } });
});

it("counts its orders by status", async () => {
  const { id } = await shop.place();
  await shop.call("POST", `/orders/${id}/cancel`);
  const text = (await shop.call("GET", "/metrics")).text;
  const { orders } = (await shop.call("GET", "/stats")).body;
  expect(text).toContain(`orders{status="CANCELLED"} ${orders.CANCELLED}`);
  expect(text).toContain('orders{status="EXPIRED"} 0');
});
