import { answerPayable, capturedIn, consent, newOrder, refusal, startPayment, total } from "./testing/start-payment.ts";

let payment: Awaited<ReturnType<typeof startPayment>>;
beforeEach(async () => {
  payment = await startPayment();
});
afterEach(() => payment.stop());

const under = (key: string) => ({ headers: { "Idempotency-Key": key } });
const replayed = (headers: Headers) => headers.get("idempotent-replayed");

test("a pay that is repeated with its key is answered 200 byte for byte, also by a service started anew", async () => {
  const order = newOrder();
  const first = await payment.pay(order, total, under("k1"));
  expect([first.status, replayed(first.headers)]).toEqual([200, null]);
  await payment.refund(first.body.id, {});
  const again = await payment.pay(order, total, under("k1"));
  expect([again.status, again.text, replayed(again.headers)]).toEqual([200, first.text, "true"]);
  const { dataDir } = payment;
  await payment.stop();
  payment = await startPayment({ DATA_DIR: dataDir });
  expect((await payment.pay(order, total, under("k1"))).text).toBe(first.text);
});

test("a decline is kept: the card may be good by now, but this request was declined", async () => {
  const order = newOrder();
  payment.provider.next = () => "decline";
  const declined = await payment.pay(order, total, under("k1"));
  payment.provider.next = () => "answer";
  const again = await payment.pay(order, total, under("k1"));
  expect([again.status, again.text, replayed(again.headers)]).toEqual([402, declined.text, "true"]);
  expect((await payment.pay(order, total, under("k2"))).status).toBe(200);
});

test("a late copy of a payment that was refused charges nothing", async () => {
  const order = newOrder();
  answerPayable(payment.orders, () => refusal(409, "insufficient-stock"));
  const refused = await payment.pay(order, total, under("k1"));
  answerPayable(payment.orders, ({ order_id }) => consent(order_id));
  const copy = await payment.pay(order, total, under("k1"));
  expect([copy.status, copy.text, replayed(copy.headers)]).toEqual([409, refused.text, "true"]);
  const { dataDir } = payment;
  await payment.stop();
  expect(await capturedIn(dataDir)).toEqual([]);
});

test("a 202 is not final: its repetition tells how the payment ended, and from then on always so", async () => {
  const order = newOrder();
  payment.provider.next = () => "fail-after";
  const first = await payment.pay(order, total, under("k1"));
  expect([first.status, first.body.status]).toEqual([202, "UNKNOWN"]);
  payment.provider.next = () => "answer";
  await payment.reconcile();
  const told = await payment.pay(order, total, under("k1"));
  expect([told.status, told.body.id, told.body.status]).toEqual([200, first.body.id, "SUCCEEDED"]);
  const again = await payment.pay(order, total, under("k1"));
  expect([again.text, replayed(again.headers)]).toEqual([told.text, "true"]);
  // Who asks anew learns that there is nothing to pay.
  expect((await payment.pay(order, total, under("k2"))).body.code).toBe("order-already-paid");
});

test("fifty at once under one key have one effect and one answer", async () => {
  const order = newOrder();
  const answers = await Promise.all(Array.from({ length: 50 }, () => payment.pay(order, total, under("k1"))));
  const paid = answers.filter(({ status }) => status === 200);
  expect(new Set(paid.map(({ text }) => text)).size).toBe(1);
  for (const { status, body } of answers) if (status !== 200) expect(body.code).toBe("idempotency-in-flight");

  const { id } = paid[0]?.body ?? {};
  const refunds = await Promise.all(Array.from({ length: 50 }, () => payment.refund(id, { amount: 100 }, under("r1"))));
  const made = refunds.filter(({ status }) => status === 201);
  expect(new Set(made.map(({ text }) => text)).size).toBe(1);
  expect(await payment.read(id)).toMatchObject({ refunded: 100 });
  const { dataDir } = payment;
  await payment.stop();
  expect(await capturedIn(dataDir)).toMatchObject([{ id, refunded: 10_000 }]);
});

test("a refund whose outcome was not known is the same refund when it is asked for again", async () => {
  const { id } = (await payment.pay(newOrder())).body;
  payment.provider.next = () => "fail-after";
  const first = await payment.refund(id, { amount: 100 }, under("r1"));
  expect([first.status, first.body.status]).toEqual([202, "PENDING"]);
  payment.provider.next = () => "answer";
  const again = await payment.refund(id, { amount: 100 }, under("r1"));
  expect([again.status, again.body.id, again.body.status]).toEqual([201, first.body.id, "SUCCEEDED"]);
  expect(await payment.read(id)).toMatchObject({ refunded: 100, status: "PARTIALLY_REFUNDED" });
});

test("a late copy of a refund that was declined gives nothing back; asked under another key it is another refund", async () => {
  const { id } = (await payment.pay(newOrder())).body;
  payment.provider.next = () => "decline";
  const declined = await payment.refund(id, { amount: 100 }, under("r1"));
  expect([declined.status, declined.body.code]).toEqual([409, "refund-declined"]);
  payment.provider.next = () => "answer";
  const made = await payment.refund(id, { amount: 100 }, under("r2"));
  expect([made.status, made.body.status]).toEqual([201, "SUCCEEDED"]);
  const copy = await payment.refund(id, { amount: 100 }, under("r1"));
  expect([copy.status, copy.text, replayed(copy.headers)]).toEqual([409, declined.text, "true"]);
  expect(await payment.read(id)).toMatchObject({ refunded: 100 });
  expect((await payment.call("GET", `/payments/${id}/refunds`)).body).toEqual([made.body, declined.body.refund]);
});

test("all that is left is given back once, however many keys it is asked for under, also when no answer arrives", async () => {
  const { id } = (await payment.pay(newOrder())).body;
  payment.provider.next = () => "fail-after";
  expect((await payment.refund(id, {}, under("t1"))).body.status).toBe("PENDING");
  expect((await payment.refund(id, {}, under("t2"))).body.code).toBe("refund-exceeds-payment");
  const { dataDir } = payment;
  await payment.stop();
  // Its start ends what an earlier process left.
  payment = await startPayment({ DATA_DIR: dataDir });
  expect((await payment.refund(id, {}, under("t3"))).body).toMatchObject({ payment_status: "REFUNDED" });
  await payment.stop();
  expect(await capturedIn(dataDir)).toMatchObject([{ id, refunded: 99_999 }]);
});

test("a refund whose outcome was not known, and was declined, says so, and its copies are told the same", async () => {
  const { id } = (await payment.pay(newOrder())).body;
  payment.provider.next = () => "fail-before";
  expect((await payment.refund(id, {}, under("r1"))).status).toBe(202);
  payment.provider.next = (operation) => (operation === "refund" ? "decline" : "answer");
  const declined = await payment.refund(id, {}, under("r1"));
  expect(declined.body).toMatchObject({ code: "refund-declined" });
  payment.provider.next = () => "answer";
  expect((await payment.refund(id, {}, under("r1"))).text).toBe(declined.text);
  expect((await payment.refund(id, {}, under("r2"))).status).toBe(201);
});
