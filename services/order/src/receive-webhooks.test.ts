import { randomUUID } from "node:crypto";
import { sign } from "@shop/platform";
import { newsOf, startOrderService, type TestShop, webhookSecret } from "./testing/start-order-service.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await startOrderService();
});
afterAll(() => shop.close());

const enclosed = (news: unknown, id = `msg_${randomUUID()}`, secret = webhookSecret) => {
  const body = JSON.stringify(news);
  return { ...sign([secret], { id, timestampS: Math.floor(Date.now() / 1000), body }), body };
};
const deliver = (...webhooks: unknown[]) => shop.call("POST", "/orders/payments", { body: { webhooks } });

it("takes in each that is authentic, and refuses each of the others alone", async () => {
  const [paid, forged, altered] = [await shop.place(), await shop.place(), await shop.place()];
  const unknown = { id: "0190a000-0000-7000-8000-000000000000", total: 10.5 };
  const good = enclosed(newsOf(paid, "succeeded"));
  const bad = enclosed(newsOf(altered, "succeeded", { id: randomUUID() }));
  const answer = await deliver(
    enclosed(newsOf(forged, "succeeded"), undefined, "whsec_YW5vdGhlciBzZWNyZXQgdGhhdCBub2JvZHkgc2hhcmVz"),
    good,
    { ...bad, body: bad.body.replace("10.5", "10.50") },
    { ...bad, "webhook-id": good["webhook-id"] },
    enclosed(newsOf(unknown, "succeeded")),
    enclosed({ type: "payment.succeeded" }),
  );
  expect(answer).toMatchObject({
    status: 200,
    body: {
      results: [
        { status: 401, problem: { code: "unauthorized" } },
        { "webhook-id": good["webhook-id"], status: 200, order: { id: paid.id, status: "PAID" } },
        { status: 401 },
        { status: 401 },
        { status: 404 },
        { status: 422, problem: { code: "invalid-request" } },
      ],
    },
  });
  for (const { id } of [forged, altered]) expect(await shop.eventTypes(id)).toEqual(["placed"]);
});

it("knows a message again, in the same request, in another, and on the path of its order", async () => {
  const order = await shop.place();
  const webhook = enclosed(newsOf(order, "succeeded", { id: randomUUID() }));
  const { body, ...headers } = webhook;
  const answers = await Promise.all([
    deliver(webhook, webhook),
    deliver(webhook),
    shop.call("POST", `/orders/${order.id}/payment`, { raw: body, headers }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await shop.eventually(order.id, { hold: "confirmed" });
  expect(await shop.eventTypes(order.id)).toEqual(["placed", "paid", "hold_confirmed"]);
});
