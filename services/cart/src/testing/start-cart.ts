import { randomUUID } from "node:crypto";
import { startFakePeer, startTestService, type TestAnswer, type TestCall } from "@shop/platform/testing";
import { cartSchema, orderSchema } from "../schemas.ts";
import { createCartService } from "../service.ts";

/** A product on the wire as the catalog shows it. */
export const product = (id: number, changes: Record<string, unknown> = {}) => ({
  id,
  sku: `SKU-${id}`,
  name: `Product ${id}`,
  description: "",
  price: 10 + id,
  currency: "USD",
  stock: 1000,
  reserved: 0,
  available: 1000,
  active: true,
  version: 1,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
  ...changes,
});

/** Headers of a request whose peer may not answer: it has time enough that all which is kept back from it is kept back. */
export const hurried = { headers: { "X-Deadline-Ms": "800" } };
/** Before this such a request has been answered: late enough for a busy machine, before a slow peer answers. */
export const answeredWithinMs = 1500;

/** A cart service with a catalog and an order service to talk to, and a clock to turn. */
export async function startCartAmongPeers(env: Record<string, string> = {}) {
  const catalog = await startFakePeer();
  const orders = await startFakePeer();
  const products = new Map([1, 2, 3].map((id) => [id, product(id)]));
  catalog.on("GET", "/products", ({ query }) => ({
    body: (query.ids ?? "").split(",").flatMap((id) => products.get(Number(id)) ?? []),
  }));
  const placed = placeOrders(orders);

  let passed = 0;
  const start = (more: Record<string, string> = {}) =>
    startTestService(
      createCartService(() => Date.now() + passed),
      // Far: a busy machine takes its time. What is to run out of it has its own, see `hurried`.
      { CATALOG_URL: catalog.url, ORDER_URL: orders.url, REQUEST_TIMEOUT_MS: "10000", ...env, ...more },
    );
  let service = await start();

  /** Calls the service; every cart and order that it answers with is checked against the documented schema. */
  async function call(method: string, path: string, options?: TestCall): Promise<TestAnswer> {
    const answer = await service.call(method, path, options);
    const schema = { 200: cartSchema, 201: orderSchema }[answer.status];
    if (schema && path.startsWith("/cart/")) {
      const { error } = schema.validate(answer.body, { convert: false });
      if (error) throw error;
    }
    return answer;
  }

  return {
    catalog,
    orders,
    products,
    placed,
    call,
    add: (user: string, id: number, quantity = 1, options: TestCall = {}) =>
      call("POST", `/cart/${user}/add?product_id=${id}&quantity=${quantity}`, options),
    see: async (user: string) => (await call("GET", `/cart/${user}`)).body,
    /** Runs the sweep of open checkouts now; what it found. */
    settle: async () =>
      (await call("POST", "/admin/reconcile")).body.passes.find(({ name }: { name: string }) =>
        name.startsWith("settle"),
      ),
    checkout: (user: string, options: TestCall = {}) => call("POST", `/cart/${user}/checkout`, options),
    turnClock(ms: number): void {
      passed += ms;
    },
    metric: async (name: string) => (await service.metrics.registry.getSingleMetric(name)?.get())?.values ?? [],
    async restart(): Promise<void> {
      await service.stop();
      service = await start({ DATA_DIR: service.dataDir });
    },
    async stop(): Promise<void> {
      await Promise.all([catalog.close(), orders.close()]);
      await service.stop();
    },
  };
}

/** Makes the peer an order service that makes one order a key. */
function placeOrders(orders: Awaited<ReturnType<typeof startFakePeer>>) {
  const placed = new Map<string, Record<string, unknown>>();
  orders.on("POST", "/orders", ({ query, headers, body }) => {
    const key = headers["idempotency-key"] ?? randomUUID();
    const order = placed.get(key) ?? orderOf(String(query.user_id), body as OrderedLine[]);
    placed.set(key, order);
    return { status: 201, body: order };
  });
  return placed;
}

export interface OrderedLine {
  readonly product_id: number;
  readonly quantity: number;
  readonly price: number;
}

/** An order on the wire as the order service shows it. */
export const orderOf = (user_id: string, lines: readonly OrderedLine[]) => ({
  id: randomUUID(),
  user_id,
  status: "PENDING",
  verification: "verified",
  hold: "held",
  currency: "USD",
  items: lines.map((line) => ({ ...line, sku: "SKU", name: "Product", subtotal: line.price * line.quantity })),
  total: lines.reduce((sum, line) => sum + line.price * line.quantity, 0),
  refunded: 0,
  payment_id: null,
  reason: null,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
  expires_at: "2026-01-01T00:30:00.000Z",
});
