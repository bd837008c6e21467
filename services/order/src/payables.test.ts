import { payment_id, startOrderService, type TestShop } from "./testing/start-order-service.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await startOrderService();
});
afterAll(() => shop.close());

describe("payable of many", () => {
  const asked = (order: { id: string }, amount = 10.5) => ({ order_id: order.id, payment_id, amount });
  const ask = (payables: readonly unknown[]) => shop.call("POST", "/orders/payable", { body: { payables } });

  it("answers each in the order asked, as if it were asked alone", async () => {
    const [good, waiting, cancelled] = [await shop.place(), await shop.placeUnverified(), await shop.place()];
    await shop.call("POST", `/orders/${cancelled.id}/cancel`);
    const nowhere = { id: "0190a000-0000-7000-8000-000000000000" };
    const { status, body } = await ask([
      asked(good),
      asked(good, 1),
      ...[cancelled, nowhere, waiting].map((it) => asked(it)),
    ]);
    expect(status).toBe(200);
    const payable = { status: "PENDING", total: 10.5, currency: "USD" };
    expect(body.results).toMatchObject([
      { order_id: good.id, status: 200, payable: { order_id: good.id, ...payable } },
      { order_id: good.id, status: 422, problem: { code: "amount-mismatch", total: 10.5, currency: "USD" } },
      { order_id: cancelled.id, status: 409, problem: { code: "order-not-payable", order_status: "CANCELLED" } },
      { order_id: nowhere.id, status: 404, problem: { code: "not-found" } },
      { order_id: waiting.id, status: 200, payable: { order_id: waiting.id, ...payable } },
    ]);
    expect(await shop.eventTypes(waiting.id)).toEqual(["placed", "verified"]);
  });

  it("does not let those who need no catalog wait long for one who needs it", async () => {
    const hasty = await startOrderService({ REQUEST_TIMEOUT_MS: "6000" });
    const good = await hasty.place();
    await hasty.catalog.mode("refuse");
    const waiting = await hasty.place();
    await hasty.catalog.mode("hang");
    const began = performance.now();
    const { body } = await hasty.call("POST", "/orders/payable", { body: { payables: [asked(waiting), asked(good)] } });
    expect(performance.now() - began).toBeLessThan(4000);
    expect(body.results).toMatchObject([
      { order_id: waiting.id, status: 503, problem: { code: "peer-unavailable", peer: "catalog" } },
      { order_id: good.id, status: 200 },
    ]);
    await hasty.close();
  });

  it.each([
    ["no entry", [], "/body/payables"],
    ["too many", Array.from({ length: 65 }, () => asked({ id: payment_id })), "/body/payables"],
    ["an id that is none", [asked({ id: payment_id }), asked({ id: "7" })], "/body/payables/1/order_id"],
  ])("refuses %s", async (_what, payables, pointer) => {
    expect(await ask(payables)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });
});
