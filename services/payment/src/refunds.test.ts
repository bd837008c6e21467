import { refundSchema } from "./presenters.ts";
import { answeredWithinMs, hurried, newOrder, startPayment } from "./testing/start-payment.ts";

let payment: Awaited<ReturnType<typeof startPayment>>;
beforeEach(async () => {
  payment = await startPayment();
});
afterEach(() => payment.stop());

const paid = async (): Promise<string> => (await payment.pay(newOrder())).body.id;
const read = async (id: string) => (await payment.call("GET", `/payments/${id}`)).body;
const refundsOf = async (id: string) => (await payment.call("GET", `/payments/${id}/refunds`)).body;

test("gives everything back when no amount is named, and tells the order", async () => {
  const id = await paid();
  const answer = await payment.refund(id, { reason: "broken" });
  expect(answer.status).toBe(201);
  expect(refundSchema.validate(answer.body).error).toBeUndefined();
  expect(answer.body).toMatchObject({ payment_id: id, amount: 999.99, status: "SUCCEEDED", reason: "broken" });

  const after = await read(id);
  expect(after).toMatchObject({ status: "REFUNDED", refunded: 999.99, version: 3 });
  await payment.orders.waitForRequests(3);
  expect(payment.events().at(-1)).toMatchObject({ type: "payment.refunded", data: after });
});

test("gives back in parts until nothing is left", async () => {
  const id = await paid();
  const first = await payment.refund(id, { amount: 0.1 });
  expect(await read(id)).toMatchObject({ status: "PARTIALLY_REFUNDED", refunded: 0.1, version: 3 });
  const second = await payment.refund(id, { amount: 0.2 });
  expect(await read(id)).toMatchObject({ status: "PARTIALLY_REFUNDED", refunded: 0.3, version: 4 });
  const rest = await payment.refund(id, {});
  expect(rest.body.amount).toBe(999.69);
  expect(await read(id)).toMatchObject({ status: "REFUNDED", refunded: 999.99, version: 5 });
  expect(await refundsOf(id)).toEqual([rest.body, second.body, first.body]);
});

test("refunds at once never give back more than was paid", async () => {
  const id = await paid();
  const answers = await Promise.all(Array.from({ length: 50 }, () => payment.refund(id, { amount: 100 })));
  const made = answers.filter(({ status }) => status === 201);
  expect(made).toHaveLength(9);
  for (const { status, body } of answers) if (status !== 201) expect(body.code).toBe("refund-exceeds-payment");
  expect(await read(id)).toMatchObject({ status: "PARTIALLY_REFUNDED", refunded: 900 });
  expect((await payment.refund(id, { amount: 100 })).body).toMatchObject({ status: 409, refundable: 99.99 });
});

test("only a payment that was taken can be given back", async () => {
  payment.provider.next = () => "decline";
  const { id } = (await payment.pay(newOrder())).body.payment;
  expect((await payment.refund(id, {})).body).toMatchObject({ status: 409, code: "invalid-transition", allowed: [] });

  payment.provider.next = () => "fail-before";
  const unknown = (await payment.pay(newOrder())).body.id;
  const refused = await payment.refund(unknown, { amount: 1 });
  expect(refused.body).toMatchObject({ code: "invalid-transition", allowed: ["SUCCEEDED", "FAILED"] });
});

test("a refund that the provider declines gives its claim back", async () => {
  const id = await paid();
  payment.provider.next = () => "decline";
  const declined = await payment.refund(id, { amount: 500 });
  const [refund] = await refundsOf(id);
  expect(refund).toMatchObject({ amount: 500, status: "FAILED" });
  expect(declined.body).toMatchObject({ status: 409, code: "refund-declined", refund });
  expect(await read(id)).toMatchObject({ status: "SUCCEEDED", refunded: 0, version: 2 });

  payment.provider.next = () => "answer";
  expect((await payment.refund(id, {})).body.amount).toBe(999.99);
});

test.each(["hang", "fail-before", "fail-after"] as const)(
  "while a provider that does %s has not said, the refund is 202 and its amount stays claimed",
  async (fault) => {
    const id = await paid();
    payment.provider.next = () => fault;
    const began = performance.now();
    const answer = await payment.refund(id, { amount: 900 }, hurried);
    expect(performance.now() - began).toBeLessThan(answeredWithinMs);
    expect([answer.status, answer.body.status]).toEqual([202, "PENDING"]);
    expect(answer.headers.get("location")).toBe(`/payments/${id}/refunds`);

    payment.provider.next = () => "answer";
    expect((await payment.refund(id, { amount: 100 })).body.code).toBe("refund-exceeds-payment");
    expect(await read(id)).toMatchObject({ status: "SUCCEEDED", refunded: 0, version: 2 });
  },
);

test("an order service that is away does not hold up a refund", async () => {
  const id = await paid();
  await payment.orders.mode("refuse");
  expect((await payment.refund(id, {})).status).toBe(201);
  expect(await read(id)).toMatchObject({ status: "REFUNDED" });
});

test("lists are paged by the Link header", async () => {
  const id = await paid();
  for (let i = 0; i < 3; i++) await payment.refund(id, { amount: 1 });
  const all = await refundsOf(id);
  const seen: unknown[] = [];
  let next: string | undefined = `/payments/${id}/refunds?limit=2`;
  while (next) {
    const { body, headers } = await payment.call("GET", next);
    seen.push(...body);
    next = /^<(.+)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
  }
  expect(seen).toEqual(all);

  await paid();
  const newest = await payment.call("GET", "/payments?limit=1");
  const older = /^<(.+)>; rel="next"$/.exec(newest.headers.get("link") ?? "")?.[1] ?? "";
  expect((await payment.call("GET", older)).body).toMatchObject([{ id }]);
  expect((await payment.call("GET", "/payments?status=SUCCEEDED")).body).toEqual(newest.body);
});

test.each([
  ["a payment that is not there", "0192f0c1-0000-7000-8000-000000000000", {}, 404],
  ["a payment that cannot be", "7", {}, 404],
  ["nothing", "PAID", { amount: 0 }, 422],
  ["a fraction of a cent", "PAID", { amount: 0.001 }, 422],
  ["text", "PAID", { amount: "1" }, 422],
  ["a field we do not know", "PAID", { note: "x" }, 422],
  ["a reason with a NUL", "PAID", { reason: "a\u0000b" }, 422],
])("a refund of %s is refused", async (_what, id, body, status) => {
  expect((await payment.refund(id === "PAID" ? await paid() : id, body)).status).toBe(status);
});

test("payments and refunds are there after a restart", async () => {
  const id = await paid();
  await payment.refund(id, { amount: 1 });
  const before = [await read(id), await refundsOf(id)];
  await payment.stop();
  payment = await startPayment({ DATA_DIR: payment.dataDir });
  expect([await read(id), await refundsOf(id)]).toEqual(before);
});
