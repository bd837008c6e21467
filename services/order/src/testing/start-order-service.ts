import { startTestService, type TestAnswer, type TestCall } from "@shop/platform/testing";
import { orderService } from "../service.ts";
import { type FakeCatalog, startFakeCatalog } from "./fake-catalog.ts";

export type TestShop = Awaited<ReturnType<typeof startOrderService>>;

const payment_id = "0190a000-0000-7000-8000-00000000abcd";

/** The order service with a fake catalog beside it, and the calls that most tests make. */
export async function startOrderService(env: Readonly<Record<string, string>> = {}) {
  const catalog: FakeCatalog = await startFakeCatalog();
  const service = await startTestService(orderService, { CATALOG_URL: catalog.url, ...env });

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

  return {
    ...service,
    call,
    catalog,
    get,
    events,
    eventTypes: async (id: string): Promise<string[]> => (await events(id)).map(({ type }: { type: string }) => type),
    /** An order of one product at 10.50 unless lines are given; the answer's body. */
    async place(lines: readonly object[] = [{ product_id: 1, price: 10.5 }], user = "user1") {
      const answer = await call("POST", `/orders?user_id=${user}`, { body: lines });
      if (answer.status !== 201) throw new Error(`not placed: ${answer.text}`);
      return answer.body;
    },
    payable: (id: string, amount: number) => call("POST", `/orders/${id}/payable`, { body: { payment_id, amount } }),
    /** News of a payment of the order's total, as the payment service tells it. */
    tell: (order: { id: string; total: number }, type: string, data: object = {}) =>
      call("POST", `/orders/${order.id}/payment`, {
        body: {
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
        },
      }),
    /** The order once it is as `wanted`; effects follow their request after its answer. */
    async eventually(id: string, wanted: Record<string, unknown>) {
      const until = performance.now() + 5000;
      for (;;) {
        const order = await get(id);
        if (Object.entries(wanted).every(([field, value]) => order[field] === value)) return order;
        if (performance.now() > until) throw new Error(`still ${JSON.stringify(order)}`);
      }
    },
    async close(): Promise<void> {
      await service.stop();
      await catalog.close();
    },
  };
}

const matches = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll(/:\w+/g, "[^/]+")}$`).test(path);
