import { startOrderService, type TestShop } from "../testing/start-order-service.ts";

let shop: TestShop;
beforeEach(async () => {
  shop = await startOrderService();
});
afterEach(() => shop.close());

/** An order whose stock was taken for good, as far as both services know. */
async function confirmed(): Promise<{ id: string; total: number }> {
  const order = await shop.place();
  await shop.tell(order, "succeeded", { id: order.id });
  return shop.eventually(order.id, { status: "PAID", hold: "confirmed" });
}

const asked = (path: string) =>
  shop.catalog.requests
    .filter((request) => request.method === "POST" && request.path === path)
    .flatMap(({ body }) => (body as { order_ids: string[] }).order_ids);

it("takes the stock of paid and fulfilled orders again where a restored catalog does not have it", async () => {
  const [known, forgotten, sent, expired] = [
    await confirmed(),
    await confirmed(),
    await confirmed(),
    await confirmed(),
  ];
  await shop.call("POST", `/orders/${sent.id}/fulfil`);
  for (const { id } of [forgotten, sent]) shop.catalog.states.delete(id);
  shop.catalog.states.set(expired.id, "EXPIRED");

  expect(await shop.sweep("compare-holds")).toEqual({ name: "compare-holds", found: 2, mended: 2 });
  const all = [known, forgotten, sent, expired];
  expect(all.map(({ id }) => shop.catalog.states.get(id))).toEqual(Array(4).fill("CONFIRMED"));
  expect(await shop.eventTypes(forgotten.id)).toEqual(["placed", "paid", "hold_confirmed"]);
  expect(await shop.sweep("compare-holds")).toMatchObject({ found: 0, mended: 0 });
});

it("leaves what the catalog refuses to a person: nothing is refunded, the order stays as it is", async () => {
  const order = await confirmed();
  shop.catalog.states.delete(order.id);
  shop.catalog.refuse({ status: 409, code: "insufficient-stock", shortages: [] });
  const refused = await shop.sweep("compare-holds");
  expect(refused).toMatchObject({ found: 1, mended: 0 });
  expect(refused.notes).toEqual([expect.stringMatching(`${order.id} again: insufficient-stock: `)]);
  expect(await shop.get(order.id)).toMatchObject({ status: "PAID", hold: "confirmed", refunded: 0 });
  expect(shop.payments.refunds).toEqual([]);

  shop.catalog.refuse(undefined);
  expect(await shop.sweep("compare-holds")).toMatchObject({ found: 1, mended: 1 });
});

it("does not ask about orders that were wholly refunded, whose stock was returned", async () => {
  const [order, other] = [await confirmed(), await confirmed()];
  await shop.tell(order, "refunded", { id: order.id, refunded: order.total, version: 3 });
  await shop.eventually(order.id, { status: "REFUNDED", hold: "returned" });
  const before = asked("/reservations/confirm").length;
  expect(await shop.sweep("compare-holds")).toMatchObject({ found: 0, mended: 0 });
  expect(asked("/reservations/confirm").slice(before)).toEqual([other.id]);
  expect(shop.catalog.states.get(order.id)).toBe("RETURNED");
});

it("compares with a catalog that is away the next time, and says so", async () => {
  const order = await confirmed();
  shop.catalog.states.delete(order.id);
  await shop.catalog.mode("refuse");
  expect((await shop.sweep("compare-holds")).notes).toEqual(["1 of 1 orders could not be compared with the catalog"]);
  await shop.catalog.mode("ok");
  expect(await shop.sweep("compare-holds")).toMatchObject({ found: 1, mended: 1 });
});

it("tells nothing of an order that was refunded while it was compared", async () => {
  const order = await confirmed();
  shop.catalog.on("POST", "/reservations/confirm", async () => {
    await shop.tell(order, "refunded", { id: order.id, refunded: order.total, version: 3 });
    await shop.eventually(order.id, { status: "REFUNDED", hold: "returned" });
    const problem = { code: "invalid-transition", detail: "It is RETURNED." };
    return { body: { results: [{ order_id: order.id, status: 409, problem }] } };
  });
  expect(await shop.sweep("compare-holds")).toEqual({ name: "compare-holds", found: 0, mended: 0 });
});
