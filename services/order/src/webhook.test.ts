import { randomUUID } from "node:crypto";
import { sign } from "@shop/platform";
import { newsOf, payment_id, startOrderService, type TestShop, webhookSecret } from "./testing/start-order-service.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await startOrderService();
});
afterAll(() => shop.close());

const nowS = () => Math.floor(Date.now() / 1000);
const signed = (raw: string, id = `msg_${randomUUID()}`, timestampS = nowS(), secret = webhookSecret) =>
  sign([secret], { id, timestampS, body: raw });
const otherSecret = "whsec_YW5vdGhlciBzZWNyZXQgdGhhdCBub2JvZHkgc2hhcmVz";

it("is believed only when its signature holds", async () => {
  const order = await shop.place();
  const raw = JSON.stringify(newsOf(order, "succeeded"));
  const good = signed(raw);
  const post = (body: string, headers: Record<string, string>) =>
    shop.call("POST", `/orders/${order.id}/payment`, { raw: body, headers });
  const forged = [
    await post(raw, {}),
    await post(raw, signed(raw, undefined, nowS(), otherSecret)),
    await post(raw, signed(raw, undefined, nowS() - 301)),
    await post(raw, signed(raw, undefined, nowS() + 302)),
    await post(raw.replace("10.5", "10.50"), good),
    await post(raw, { ...good, "webhook-id": "msg_another" }),
    await post(raw, { ...good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,") }),
  ];
  expect(forged.map(({ status }) => status)).toEqual(Array(7).fill(401));
  const keyless = await shop.call("POST", `/orders/${order.id}/payment`, { raw, headers: good, key: null });
  expect(keyless.status).toBe(401);
  const elsewhere = await shop.place();
  expect((await shop.call("POST", `/orders/${elsewhere.id}/payment`, { raw, headers: good })).status).toBe(422);
  expect(await shop.eventTypes(order.id)).toEqual(["placed"]);
  expect(await shop.eventTypes(elsewhere.id)).toEqual(["placed"]);
  expect(await post(raw, good)).toMatchObject({ status: 200, body: { status: "PAID" } });
});

it("changes the order once when it arrives twenty times at once, and is answered each time", async () => {
  const order = await shop.place();
  const news = newsOf(order, "succeeded");
  const answers = await Promise.all(Array.from({ length: 20 }, () => shop.deliver(order.id, news, "msg_twenty")));
  expect(answers.map(({ status, body }) => [status, body.status])).toEqual(Array(20).fill([200, "PAID"]));
  await shop.eventually(order.id, { hold: "confirmed" });
  expect(await shop.eventTypes(order.id)).toEqual(["placed", "paid", "hold_confirmed"]);
});

it("changes nothing when it is older than what was seen, under whatever id", async () => {
  const order = await shop.place();
  await shop.tell(order, "refunded", { refunded: 5, version: 5 });
  const seen = await shop.eventually(order.id, { hold: "confirmed" });
  for (const version of [2, 4, 5])
    expect(await shop.tell(order, "refunded", { refunded: 10.5, version })).toMatchObject({ status: 200, body: seen });
});

it("counts as taken in only when it was: what is refused is refused again, and not taken for a repetition", async () => {
  const order = await shop.place();
  await shop.tell(order, "succeeded");
  const contradiction = newsOf(order, "refunded", { amount: 99, refunded: 1, version: 9 });
  for (let times = 0; times < 2; times += 1)
    expect(await shop.deliver(order.id, contradiction, "msg_wrong")).toMatchObject({
      status: 422,
      body: { code: "amount-mismatch" },
    });
  const unknown = { id: "0190a000-0000-7000-8000-000000000000", total: 10.5 };
  for (let times = 0; times < 2; times += 1)
    expect((await shop.deliver(unknown.id, newsOf(unknown, "succeeded"), "msg_lost")).status).toBe(404);
});

it("fails alone: those that are gathered with a refused one are taken in", async () => {
  const paid = await shop.place();
  await shop.tell(paid, "succeeded");
  const orders = await Promise.all(Array.from({ length: 5 }, () => shop.place()));
  const wrong = newsOf(paid, "refunded", { amount: 99, refunded: 1, version: 9 });
  const answers = await Promise.all([
    ...orders.slice(0, 3).map((order) => shop.tell(order, "succeeded", { id: randomUUID() })),
    shop.deliver(paid.id, wrong),
    ...orders.slice(3).map((order) => shop.tell(order, "succeeded", { id: randomUUID() })),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 422, 200, 200]);
  for (const order of orders) await shop.eventually(order.id, { status: "PAID", hold: "confirmed" });
});

describe("messages for others", () => {
  it("wait while the catalog is away, are shown, and arrive when it is back, once each", async () => {
    const order = await shop.place();
    await shop.catalog.mode("refuse");
    expect((await shop.tell(order, "succeeded")).body).toMatchObject({ status: "PAID", hold: "held" });
    const waiting = await shop.call("GET", "/outbox?state=WAITING&destination=catalog");
    expect(waiting.body).toMatchObject([{ aggregate: order.id, type: "confirm", state: "WAITING" }]);
    await shop.catalog.mode("ok");
    await shop.eventually(order.id, { hold: "confirmed" });
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "paid", "hold_confirmed"]);
  });

  it.each([
    ["another refund has claimed what is left", { code: "refund-exceeds-payment", refundable: 0 }, "WAITING"],
    ["all was given back", { code: "invalid-transition", payment_status: "REFUNDED" }, "DELIVERED"],
    ["the provider declined it", { code: "refund-declined" }, "DEAD"],
  ])("that ask for a refund, when %s", async (_, problem, state) => {
    const order = await shop.place();
    await shop.call("POST", `/orders/${order.id}/cancel`);
    shop.payments.on("POST", "/payments/:id/refunds", { status: 409, body: problem });
    await shop.tell(order, "succeeded");
    type Row = { aggregate: string; state: string; last_error: string | null };
    const tried = async () =>
      (await shop.call("GET", "/outbox?destination=payment")).body.filter(
        (row: Row) => row.aggregate === order.id && (row.state !== "WAITING" || row.last_error !== null),
      );
    while ((await tried()).length === 0);
    expect(await tried()).toMatchObject([{ type: "refund", state }]);
  });

  it("that are given up are shown with the reason, and delivered again on request", async () => {
    const order = await shop.place();
    await shop.call("POST", `/orders/${order.id}/cancel`);
    let status = "FAILED";
    shop.payments.on("POST", "/payments/:id/refunds", () => ({ status: 201, body: { status } }));
    await shop.tell(order, "succeeded");
    const dead = async () =>
      (await shop.call("GET", "/outbox?state=DEAD&destination=payment")).body.filter(
        ({ aggregate }: { aggregate: string }) => aggregate === order.id,
      );
    while ((await dead()).length === 0);
    const [message] = await dead();
    expect(message).toMatchObject({ aggregate: order.id, type: "refund", payload: { payment_id }, attempts: 1 });
    expect(message.last_error).toContain("refused");
    status = "SUCCEEDED";
    expect((await shop.call("POST", `/outbox/${message.id}/redeliver`)).status).toBe(200);
    await shop.told(order.id, "refund");
    // Under its own key the refusal of the first try would only be repeated.
    const tries = shop.payments.requests.filter(
      ({ path, headers }) => path === `/payments/${payment_id}/refunds` && headers["idempotency-key"] !== undefined,
    );
    const [last, before] = tries.toReversed().map(({ headers }) => headers["idempotency-key"]);
    expect(last).not.toBe(before);
    const { body } = await shop.call("POST", "/outbox/0190a000-0000-7000-8000-000000000000/redeliver");
    expect(body.code).toBe("not-found");
  });
});
