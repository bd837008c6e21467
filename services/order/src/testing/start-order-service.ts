import { randomUUID } from "node:crypto";
import { sign } from "@shop/platform";
import { startTestService, type TestAnswer, type TestCall } from "@shop/platform/testing";
import { orderService } from "../service.ts";
import { type FakeCatalog, startFakeCatalog } from "./fake-catalog.ts";
import { type FakePayments, startFakePayments } from "./fake-payments.ts";

export type TestShop = Awaited<ReturnType<typeof startOrderService>>;

export const payment_id = "0190a000-0000-7000-8000-00000000abcd";
export const webhookSecret = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMgb2Ygb3JkZXJz";

/** A message that failed once is repeated a second later, and after that one five seconds later. */
const patienceMs = 15_000;

/**
 * The order service with a fake catalog and payment service beside it, and the calls that most tests make. `prepare` is
 * what must be so before it starts.
 */
export async function startOrderService(
  env: Readonly<Record<string, string>> = {},
  prepare: (payments: FakePayments) => Promise<void> | void = () => {},
) {
  const catalog: FakeCatalog = await startFakeCatalog();
  const payments: FakePayments = await startFakePayments();
  await prepare(payments);
  const service = await startTestService(orderService, {
    CATALOG_URL: catalog.url,
    PAYMENT_URL: payments.url,
    WEBHOOK_SECRET: webhookSecret,
    // Sweeps are run by hand where a test is about them.
    RECONCILE_EVERY_S: "3600",
    ...env,
  });

  /** Calls, and checks that a success has the shape that its route documents. */
  async function call(method: string, path: string, options?: TestCall): Promise<TestAnswer> {
    const answer = await service.call(method, path, options);
    const [pathname = ""] = path.split("?", 1);
    const route = service.routes.find((each) => each.method === method && matches(each.path, pathname));
    if (route && answer.status < 300) {
      const schema = route.answers[answer.status];
      if (!schema) throw new Error(`${method} ${route.path} does not document ${answer.status}`);
      const { error } = schema.validate(answer.body, { convert: false });
      if (error) throw error;
    }
    return answer;
  }

  const get = async (id: string) => (await call("GET", `/orders/${id}`)).body;
  const events = async (id: string) => (await call("GET", `/orders/${id}/events`)).body;

  /** An order of one product at 10.50 unless lines are given; the answer's body. */
  async function place(lines: readonly object[] = [{ product_id: 1, price: 10.5 }], user = "user1") {
    const answer = await call("POST", `/orders?user_id=${user}`, { body: lines });
    if (answer.status !== 201) throw new Error(`not placed: ${answer.text}`);
    return answer.body;
  }

  /** A signed message of the payment service. */
  function deliver(order_id: string, news: object, id = `msg_${randomUUID()}`): Promise<TestAnswer> {
    const raw = JSON.stringify(news);
    const headers = sign([webhookSecret], { id, timestampS: Math.floor(Date.now() / 1000), body: raw });
    return call("POST", `/orders/${order_id}/payment`, { raw, headers });
  }

  return {
    ...service,
    call,
    catalog,
    payments,
    get,
    events,
    eventTypes: async (id: string): Promise<string[]> => (await events(id)).map(({ type }: { type: string }) => type),
    place,
    /** An order that was taken while the catalog was away, which it is no longer. */
    async placeUnverified() {
      await catalog.mode("fail");
      const order = await place();
      await catalog.mode("ok");
      return order;
    },
    payable: (id: string, amount: number, options: TestCall = {}) =>
      call("POST", `/orders/${id}/payable`, { ...options, body: { payment_id, amount } }),
    tell: (order: { id: string; total: number }, type: string, data: object = {}) =>
      deliver(order.id, newsOf(order, type, data)),
    deliver,
    /** Runs every sweep now; what came of the one of this name. */
    async sweep(name: string): Promise<{ found: number; mended: number; notes?: string[] }> {
      const { passes } = (await call("POST", "/admin/reconcile")).body;
      const { error, ...pass } = passes.find((pass: { name: string }) => pass.name === name);
      if (error !== undefined) throw new Error(error);
      return pass;
    },
    /** Resolves when a command of this type about the order has arrived where it goes. */
    async told(order_id: string, type: string): Promise<void> {
      const until = performance.now() + patienceMs;
      for (;;) {
        const { body } = await call("GET", "/outbox?state=DELIVERED&limit=500");
        if (body.some((each: { aggregate: string; type: string }) => each.aggregate === order_id && each.type === type))
          return;
        if (performance.now() > until) throw new Error(`no ${type} of ${order_id} arrived`);
      }
    },
    /** The order once it is as `wanted`; effects follow their request after its answer. */
    async eventually(id: string, wanted: Record<string, unknown>) {
      const until = performance.now() + patienceMs;
      for (;;) {
        const order = await get(id);
        if (Object.entries(wanted).every(([field, value]) => order[field] === value)) return order;
        if (performance.now() > until) throw new Error(`still ${JSON.stringify(order)}`);
      }
    },
    async close(): Promise<void> {
      await service.stop();
      await catalog.close();
      await payments.close();
    },
  };
}

const matches = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll(/:\w+/g, "[^/]+")}$`).test(path);

/** News of a payment of the order's total, as the payment service tells it. */
export const newsOf = (order: { id: string; total: number }, type: string, data: object = {}) => ({
  type: `payment.${type}`,
  timestamp: "2026-08-01T12:00:00.000Z",
  data: {
    id: payment_id,
    order_id: order.id,
    amount: order.total,
    currency: "USD",
    status: { failed: "FAILED", refunded: "PARTIALLY_REFUNDED" }[type] ?? "SUCCEEDED",
    refunded: 0,
    version: 2,
    a_field_of_tomorrow: true,
    ...data,
  },
});
