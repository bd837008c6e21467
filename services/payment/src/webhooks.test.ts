import { verify } from "@shop/platform";
import { caller, eventually } from "@shop/platform/testing";
import {
  answerPayable,
  answerWebhooks,
  newOrder,
  refusal,
  refuseWebhooks,
  startPayment,
  webhooksTo,
} from "./testing/start-payment.ts";

const secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const older = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=";

let payment: Awaited<ReturnType<typeof startPayment>>;
beforeEach(async () => {
  payment = await startPayment({ WEBHOOK_SECRET: `${secret}\n${older}` });
});
afterEach(() => payment.stop());

const list = async (query = "") => (await payment.call("GET", `/webhooks${query}`)).body;
const sent = () => webhooksTo(payment.orders);
const verified = ({ body, event: _event, ...headers }: ReturnType<typeof sent>[number], by: string) =>
  verify([by], headers, Buffer.from(body));

test("each end of a payment is told, signed by every secret, under the id it is listed by", async () => {
  const order = newOrder();
  const { body: paid } = await payment.pay(order);
  await payment.refund(paid.id, { amount: 1 });
  await eventually(() => sent().length === 2);
  const webhooks = await list();
  expect(webhooks).toMatchObject([
    { type: "payment.refunded", payment_id: paid.id, order_id: order, data: { refunded: 1, version: 3 } },
    { type: "payment.succeeded", payment_id: paid.id, order_id: order, data: paid },
  ]);
  for (const by of [secret, older])
    expect(sent().map((request) => verified(request, by).id)).toEqual([webhooks[1].id, webhooks[0].id]);
});

test("a webhook that is not taken is tried again: the same id, the same bytes, a signature of its own time", async () => {
  refuseWebhooks(payment.orders);
  const { status, body } = await payment.pay(newOrder());
  expect([status, body.status]).toEqual([202, "SUCCEEDED"]);
  // The payment goes on to change; what is told of its success does not.
  await payment.refund(body.id, {});
  await eventually(async () => (await list("?status=WAITING"))[1]?.attempts >= 2);
  const tries = sent().filter(({ event }) => event.type === "payment.succeeded");
  expect(tries).toHaveLength(sent().length);
  expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
  expect(new Set(tries.map((request) => verified(request, secret).id)).size).toBe(1);
});

test("news of one payment arrive in order, also when the first was refused for a while", async () => {
  refuseWebhooks(payment.orders);
  const { body } = await payment.pay(newOrder());
  await payment.refund(body.id, {});
  answerWebhooks(payment.orders, () => ({ status: "REFUNDED", payment_id: body.id }));
  await eventually(async () => (await list("?status=DELIVERED")).length === 2);
  expect(payment.events().at(-1)).toMatchObject({ type: "payment.refunded", data: { version: 3 } });
  expect(payment.events().at(-2)).toMatchObject({ type: "payment.succeeded", data: { version: 2 } });
});

test("an operator lists webhooks by status, page by page, and has one sent again under its id", async () => {
  for (let i = 0; i < 3; i++) await payment.pay(newOrder());
  await eventually(async () => (await list("?status=DELIVERED")).length === 3);
  const all = await list();
  const first = await payment.call("GET", "/webhooks?limit=2");
  const next = /^<(.+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
  expect([...first.body, ...(await payment.call("GET", next)).body]).toEqual(all);
  expect(await list("?status=DEAD")).toEqual([]);

  const [{ id }] = all;
  const again = await payment.call("POST", `/webhooks/${id}/redeliver`);
  expect([again.status, again.body.id, again.body.status]).toEqual([200, id, "WAITING"]);
  await eventually(async () => (await list("?status=DELIVERED")).length === 3);
  expect(sent().filter((webhook) => webhook["webhook-id"] === id)).toHaveLength(2);
});

test.each([
  ["a webhook that is not there", `/webhooks/${newOrder()}/redeliver`, 404],
  ["one that cannot be", "/webhooks/7/redeliver", 404],
])("redelivery of %s is %s %i", async (_what, path, status) => {
  expect((await payment.call("POST", path)).status).toBe(status);
});

test("a payment that asks for consent is no webhook, to be listed or sent again; among all messages it is", async () => {
  await payment.orders.mode("fail");
  const { body } = await payment.pay(newOrder());
  expect(await list()).toEqual([]);
  const waiting = (await payment.call("GET", "/outbox?state=WAITING")).body;
  expect(waiting).toMatchObject([{ destination: "consent", aggregate: body.id, type: "payment.ask" }]);
  const [{ id }] = waiting;
  expect((await payment.call("POST", `/webhooks/${id}/redeliver`)).status).toBe(404);
  expect((await payment.call("POST", `/outbox/${id}/redeliver`)).body).toMatchObject({ id, state: "WAITING" });
  expect((await caller(payment.url)("GET", "/webhooks?status=SENT")).status).toBe(422);
});

test("an order that is not there misses no news of a payment that failed, and nobody is called to mend it", async () => {
  const order = newOrder();
  await payment.orders.mode("fail");
  expect((await payment.pay(order)).status).toBe(202);
  answerPayable(payment.orders, () => refusal(404, "not-found"));
  payment.orders.on("POST", "/orders/payments", ({ body }) => {
    const [webhook] = (body as { webhooks: { "webhook-id": string }[] }).webhooks;
    return { body: { results: [{ "webhook-id": webhook?.["webhook-id"], ...refusal(404, "not-found") }] } };
  });
  await payment.orders.mode("ok");
  await eventually(async () => (await list("?status=DELIVERED")).length === 1);
  expect((await payment.paymentsOf(order))[0]).toMatchObject({ status: "FAILED", failure: { code: "not-found" } });
});
