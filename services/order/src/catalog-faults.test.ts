import { loadHttpClient, peerFaults } from "@shop/platform/testing";
import { startOrderService, type TestShop } from "./testing/start-order-service.ts";

/** Of a request whose catalog may not answer: time enough that all which is kept back from it is kept back. */
const hurried = { headers: { "X-Deadline-Ms": "800" } };
/** Before this it has been answered: late enough for a busy machine, long before a slow catalog answers. */
const inTimeMs = 2000;
let shop: TestShop;

beforeAll(() => loadHttpClient());
beforeEach(async () => {
  shop = await startOrderService();
});
afterEach(async () => {
  // Cuts off what hangs there, for which the stop would wait.
  await shop.catalog.mode("refuse");
  await shop.close();
});

const within = async <Value>(ms: number, act: Promise<Value>): Promise<Value> => {
  const began = performance.now();
  const value = await act;
  expect(performance.now() - began).toBeLessThan(ms);
  return value;
};

describe.each(peerFaults)("with a catalog whose fault is %s", (fault) => {
  let tries = 0;
  beforeEach(() => {
    tries = 0;
  });

  /** Where a machine is so busy that the time was up once the catalog was given up, nothing was done: asked again. */
  async function placeInTime() {
    const placed = { body: [{ product_id: 1, price: 10.5 }], ...hurried };
    for (;;) {
      tries += 1;
      const { status, body } = await within(inTimeMs, shop.call("POST", "/orders?user_id=user1", placed));
      if (status === 201) return body;
      expect([status, body.code]).toEqual([503, "overloaded"]);
    }
  }

  it("takes orders, charges none of them, and records payments and cancellations", async () => {
    const [toPay, toCancel, toRefund] = [await shop.place(), await shop.place(), await shop.place()];
    await shop.tell(toRefund, "succeeded");
    await shop.eventually(toRefund.id, { hold: "confirmed" });
    await shop.catalog.mode(fault);

    const taken = await placeInTime();
    expect(taken).toMatchObject({ status: "PENDING", verification: "pending", hold: "none", total: 10.5 });
    expect(taken.items).toEqual([{ product_id: 1, sku: null, name: null, quantity: 1, price: 10.5, subtotal: 10.5 }]);
    expect((await shop.call("GET", "/metrics")).text).toContain(
      `peer_fail_open_total{peer="catalog",operation="hold-stock"} ${tries}`,
    );
    const refused = await within(inTimeMs, shop.payable(taken.id, 10.5, hurried));
    expect(refused).toMatchObject({ status: 503, body: { code: "peer-unavailable", peer: "catalog" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);

    const paid = await within(inTimeMs, shop.tell(toPay, "succeeded"));
    expect(paid).toMatchObject({ status: 200, body: { status: "PAID", hold: "held" } });
    const cancelled = await within(inTimeMs, shop.call("POST", `/orders/${toCancel.id}/cancel`));
    expect(cancelled).toMatchObject({ status: 200, body: { status: "CANCELLED", hold: "held" } });
    const refunded = await within(inTimeMs, shop.tell(toRefund, "refunded", { refunded: 10.5, version: 3 }));
    expect(refunded).toMatchObject({ status: 200, body: { status: "REFUNDED", hold: "confirmed" } });
    expect((await shop.call("POST", `/orders/${toPay.id}/fulfil`)).status).toBe(409);

    expect((await shop.call("GET", "/readyz")).status).toBe(200);
    expect(await shop.get(taken.id)).toEqual(taken);
  });
});

it("verifies what it took once the catalog is back", async () => {
  await shop.catalog.mode("refuse");
  const taken = await shop.place();
  await shop.catalog.mode("ok");
  expect((await shop.payable(taken.id, 10.5)).status).toBe(200);
  expect(await shop.get(taken.id)).toMatchObject({ verification: "verified", hold: "held" });
});

it("answers at once when the catalog's breaker is open", async () => {
  // A deadline that is far away, so that an answer long before it is told from a late one on a busy machine too.
  const patientMs = 4000;
  await shop.close();
  shop = await startOrderService({ REQUEST_TIMEOUT_MS: String(patientMs) });
  await shop.catalog.mode("refuse");
  for (let failure = 0; failure < 5; failure += 1) await shop.place();
  const asked = shop.catalog.requests.length;
  await shop.catalog.mode("hang");
  const orders = await within(patientMs / 2, Promise.all(Array.from({ length: 10 }, () => shop.place())));
  expect(orders.map(({ verification }) => verification)).toEqual(Array(10).fill("pending"));
  expect(shop.catalog.requests.length).toBe(asked);
});

it("does not believe a catalog that leaves an order out, or sells in another currency", async () => {
  const line = { product_id: 1, sku: "A", name: "Apple", currency: "EUR" };
  for (const results of [[], [{ order_id: "another", status: 200, reservation: { lines: [] } }]]) {
    shop.catalog.on("POST", "/reservations", { body: { results } });
    expect(await shop.place()).toMatchObject({ verification: "pending" });
  }
  shop.catalog.on("POST", "/reservations", ({ body }) => {
    const [{ order_id }] = (body as { reservations: [{ order_id: string }] }).reservations;
    return { body: { results: [{ order_id, status: 200, reservation: { lines: [line] } }] } };
  });
  expect(await shop.place()).toMatchObject({ verification: "pending" });
});

it("fails open for one order of a batch alone when the catalog could not serve that one", async () => {
  shop.catalog.on("POST", "/reservations", ({ body }) => {
    const { reservations } = body as { reservations: { order_id: string; items: { product_id: number }[] }[] };
    const results = reservations.map(({ order_id, items }) =>
      items[0]?.product_id === 2
        ? { order_id, status: 503, problem: { code: "overloaded", detail: "later" } }
        : {
            order_id,
            status: 201,
            reservation: { lines: [{ product_id: 1, sku: "A", name: "Apple", currency: "USD" }] },
          },
    );
    return { body: { results } };
  });
  const orders = await Promise.all([1, 2, 1].map((product_id) => shop.place([{ product_id, price: 1 }])));
  expect(orders.map(({ verification }) => verification)).toEqual(["verified", "pending", "verified"]);
});
