import { randomUUID } from "node:crypto";
import { payment_id, startOrderService, type TestShop } from "./testing/start-order-service.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await startOrderService();
});
afterAll(() => shop.close());
beforeEach(() => shop.catalog.refuse(undefined));

const holdsAsked = () =>
  shop.catalog.requests.filter(({ method, path }) => method === "POST" && path === "/reservations").length;

/** Another payment than the one that `tell` tells of unless a test says otherwise. */
const late = "0190a000-0000-7000-8000-00000000beef";

describe("payable", () => {
  it("needs no call and no event for an order that is verified and has time", async () => {
    const order = await shop.place();
    const before = holdsAsked();
    const answer = await shop.payable(order.id, 10.5);
    expect(answer).toMatchObject({
      status: 200,
      body: { order_id: order.id, status: "PENDING", total: 10.5, currency: "USD", expires_at: order.expires_at },
    });
    expect(holdsAsked()).toBe(before);
    expect(await shop.eventTypes(order.id)).toEqual(["placed"]);
  });

  it("verifies and holds an order that was taken without the catalog", async () => {
    const order = await shop.placeUnverified();
    expect((await shop.payable(order.id, 10.5)).status).toBe(200);
    const verified = await shop.get(order.id);
    expect(verified).toMatchObject({
      verification: "verified",
      hold: "held",
      items: [{ sku: "SKU-1", name: "Product 1" }],
    });
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "verified"]);
  });

  it.each([
    ["price-changed", "price-changed", { prices: [{ product_id: 1, given: 10.5, current: 12 }] }],
    ["insufficient-stock", "insufficient-stock", { shortages: [{ product_id: 1, requested: 1, available: 0 }] }],
    ["inactive-product", "order-not-payable", {}],
    ["reservation-conflict", "order-not-payable", {}],
  ])("cancels an unverified order that the catalog refuses with %s", async (code, told, members) => {
    const order = await shop.placeUnverified();
    shop.catalog.refuse({ status: 409, code, ...members });
    expect(await shop.payable(order.id, 10.5)).toMatchObject({ status: 409, body: { code: told, ...members } });
    const cancelled = await shop.get(order.id);
    expect(cancelled).toMatchObject({ status: "CANCELLED", verification: "rejected" });
    expect(cancelled.reason).toContain(code);
    shop.catalog.refuse(undefined);
    await shop.eventually(order.id, { hold: "released" });
    expect((await shop.payable(order.id, 10.5)).body.code).toBe("order-not-payable");
  });

  it("refuses what is paid, closed, of another amount, or unknown", async () => {
    const paid = await shop.place();
    await shop.tell(paid, "succeeded");
    expect(await shop.payable(paid.id, 10.5)).toMatchObject({ status: 409, body: { code: "order-already-paid" } });
    const cancelled = await shop.place();
    await shop.call("POST", `/orders/${cancelled.id}/cancel`);
    expect(await shop.payable(cancelled.id, 10.5)).toMatchObject({
      status: 409,
      body: { code: "order-not-payable", order_status: "CANCELLED" },
    });
    const open = await shop.place();
    expect(await shop.payable(open.id, 10.49)).toMatchObject({
      status: 422,
      body: { code: "amount-mismatch", total: 10.5, currency: "USD" },
    });
    const nowhere = "0190a000-0000-7000-8000-000000000000";
    expect((await shop.payable(nowhere, 10.5)).status).toBe(404);
  });

  it("gives an order that is about to expire a quarter of an hour more, and its hold as well", async () => {
    const hasty = await startOrderService({ ORDER_EXPIRY_S: "60" });
    const order = await hasty.place();
    const { body } = await hasty.payable(order.id, 10.5);
    const left = Date.parse(body.expires_at) - Date.now();
    expect(left).toBeGreaterThan(895_000);
    expect(left).toBeLessThanOrEqual(900_000);
    const [, extension] = hasty.catalog.requests
      .filter(({ method }) => method === "POST")
      .map(({ body }) => body as { reservations: { order_id: string; ttl_s: number }[] });
    expect(extension?.reservations).toEqual([expect.objectContaining({ order_id: order.id, ttl_s: 1800 })]);
    expect(await hasty.eventTypes(order.id)).toEqual(["placed", "hold_extended"]);
    expect((await hasty.get(order.id)).expires_at).toBe(body.expires_at);
    await hasty.close();
  });
});

describe("news of a payment", () => {
  it("pays the order, and confirms its stock at the catalog", async () => {
    const order = await shop.place();
    const answer = await shop.tell(order, "succeeded");
    expect(answer).toMatchObject({ status: 200, body: { status: "PAID", refunded: 0 } });
    expect(answer.body.payment_id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await shop.tell(order, "succeeded")).status).toBe(200);
    await shop.eventually(order.id, { hold: "confirmed" });
    expect(shop.catalog.states.get(order.id)).toBe("CONFIRMED");
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "paid", "hold_confirmed"]);
  });

  it("refunds in part, then wholly, and returns the stock of what was not handed over", async () => {
    const order = await shop.place();
    await shop.tell(order, "succeeded");
    await shop.eventually(order.id, { hold: "confirmed" });
    const partly = await shop.tell(order, "refunded", { refunded: 10.49, version: 3 });
    expect(partly.body).toMatchObject({ status: "PAID", refunded: 10.49 });
    const wholly = await shop.tell(order, "refunded", { refunded: 10.5, version: 4 });
    expect(wholly.body).toMatchObject({ status: "REFUNDED", refunded: 10.5 });
    expect((await shop.tell(order, "refunded", { refunded: 1, version: 3 })).body).toMatchObject({ refunded: 10.5 });
    await shop.eventually(order.id, { hold: "returned" });
    expect(shop.catalog.states.get(order.id)).toBe("RETURNED");
  });

  it("takes the stock before it puts it back, when the first news of a payment is its refund", async () => {
    const order = await shop.place();
    const news = { refunded: 10.5, version: 4, status: "REFUNDED" };
    expect((await shop.tell(order, "refunded", news)).body).toMatchObject({ status: "REFUNDED" });
    await shop.eventually(order.id, { hold: "returned" });
    expect(shop.catalog.states.get(order.id)).toBe("RETURNED");
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "paid", "refunded", "hold_confirmed", "hold_returned"]);
  });

  it("is refused when it contradicts itself", async () => {
    const order = await shop.place();
    const refused = await shop.tell(order, "succeeded", { status: "FAILED" });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/body/data/status" }] } });
    expect(await shop.get(order.id)).toMatchObject({ status: "PENDING" });
  });

  it("is noted and refunded when the order is dead, once, however often it is told", async () => {
    const order = await shop.place();
    await shop.call("POST", `/orders/${order.id}/cancel`);
    await shop.eventually(order.id, { hold: "released" });
    for (let times = 0; times < 3; times += 1)
      expect(await shop.tell(order, "succeeded", { id: late })).toMatchObject({
        status: 200,
        body: { status: "CANCELLED", payment_id: null },
      });
    await shop.told(order.id, "refund");
    expect(shop.payments.refunds.filter(({ payment_id }) => payment_id === late)).toEqual([
      { payment_id: late, reason: "late-payment", key: expect.any(String) },
    ]);
    const refunded = { id: late, status: "REFUNDED", refunded: 10.5, version: 3 };
    await shop.tell(order, "refunded", refunded);
    await shop.tell(order, "refunded", refunded);
    const notes = (await shop.events(order.id)).filter(({ type }: { type: string }) => type === "payment_after_close");
    expect(notes).toMatchObject([
      { data: { amount: 10.5, status: "SUCCEEDED", refunded: 0 } },
      { data: { status: "REFUNDED", refunded: 10.5 } },
    ]);
  });

  it("is refunded when the payment was taken for failed, and its order died before it was captured after all", async () => {
    const order = await shop.place();
    await shop.tell(order, "failed", { id: late });
    await shop.call("POST", `/orders/${order.id}/cancel`);
    await shop.tell(order, "succeeded", { id: late, version: 3 });
    await shop.told(order.id, "refund");
    expect(shop.payments.refunds.at(-1)).toMatchObject({ payment_id: late, reason: "late-payment" });
    expect(await shop.eventTypes(order.id)).toEqual(expect.arrayContaining(["payment_failed", "payment_after_close"]));
  });

  it.each([
    ["another amount", { amount: 10.49 }],
    ["another currency", { currency: "EUR" }],
  ])("of %s pays nothing, and is refunded", async (_, data) => {
    const order = await shop.place();
    const answer = await shop.tell(order, "succeeded", { ...data, id: randomUUID() });
    expect(answer).toMatchObject({ status: 200, body: { status: "PENDING", payment_id: null } });
    await shop.told(order.id, "refund");
    expect(shop.payments.refunds.at(-1)).toMatchObject({ reason: "amount-mismatch" });
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "payment_mismatch"]);
    expect((await shop.tell(order, "succeeded")).body).toMatchObject({ status: "PAID" });
  });

  it("is refunded when the stock is gone at the catalog, and the order with it", async () => {
    const order = await shop.place();
    shop.catalog.refuse({ status: 409, code: "insufficient-stock", shortages: [] });
    await shop.tell(order, "succeeded");
    await shop.eventually(order.id, { status: "PAID", hold: "released" });
    await shop.told(order.id, "refund");
    expect(shop.payments.refunds.at(-1)).toMatchObject({ payment_id, reason: "stock-gone" });
    await shop.tell(order, "refunded", { refunded: 10.5, version: 3, status: "REFUNDED" });
    expect(await shop.get(order.id)).toMatchObject({ status: "REFUNDED", hold: "released" });
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "paid", "stock_gone", "refunded"]);
  });

  it("of a failure leaves the order payable", async () => {
    const order = await shop.place();
    for (let times = 0; times < 3; times += 1)
      expect((await shop.tell(order, "failed")).body).toMatchObject({ status: "PENDING" });
    expect((await shop.payable(order.id, 10.5)).status).toBe(200);
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "payment_failed"]);
  });

  it.each([
    ["another order", { order_id: "0190a000-0000-7000-8000-000000000000" }, "invalid-request"],
    ["no version", { version: undefined }, "invalid-request"],
  ])("is refused with %s", async (_, data, code) => {
    const order = await shop.place();
    expect(await shop.tell(order, "succeeded", data)).toMatchObject({ status: 422, body: { code } });
    expect(await shop.eventTypes(order.id)).toEqual(["placed"]);
  });
});

describe("many at once on one order", () => {
  it("have exactly one winner, and events that tell the same story", async () => {
    const order = await shop.place();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        index % 2 === 0
          ? shop.call("POST", `/orders/${order.id}/cancel`)
          : shop.tell(order, "succeeded", { id: `0190a000-0000-7000-8000-${String(index).padStart(12, "0")}` }),
      ),
    );
    const { status } = await shop.get(order.id);
    const types = await shop.eventTypes(order.id);
    const cancels = answers.filter((answer, index) => index % 2 === 0 && answer.status === 200).length;
    const payments = answers.filter((_, index) => index % 2 === 1);
    expect(payments.every((answer) => answer.status === 200)).toBe(true);
    expect(types.filter((type) => type === "paid" || type === "cancelled")).toHaveLength(1);
    expect(cancels).toBe(status === "CANCELLED" ? 1 : 0);
    expect(types).toContain(status === "CANCELLED" ? "cancelled" : "paid");
    expect(types.filter((type) => type === "payment_after_close")).toHaveLength(status === "PAID" ? 49 : 50);
    const seqs = (await shop.events(order.id)).map(({ seq }: { seq: number }) => seq);
    expect(seqs).toEqual(seqs.map((_: number, index: number) => index + 1));
    await shop.eventually(order.id, { hold: status === "PAID" ? "confirmed" : "released" });
  });

  it("payables of an unverified order all succeed and verify it once", async () => {
    const order = await shop.placeUnverified();
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.payable(order.id, 10.5)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "verified"]);
  });

  it("a payable that loses against a cancel says so", async () => {
    const order = await shop.placeUnverified();
    const [payable, cancel] = await Promise.all([
      shop.payable(order.id, 10.5),
      shop.call("POST", `/orders/${order.id}/cancel`),
    ]);
    expect(cancel.status).toBe(200);
    expect([200, 409]).toContain(payable.status);
    if (payable.status === 409) expect(payable.body.code).toBe("order-not-payable");
    await shop.eventually(order.id, { hold: "released" });
    expect(shop.catalog.states.get(order.id)).toBe("RELEASED");
  });
});
