import { join } from "node:path";
import {
  type FakePeer,
  openTestDatabase,
  startFakePeer,
  startTestService,
  type TestCall,
} from "@shop/platform/testing";
import { v7 } from "uuid";
import { createLedger, ledgerMigrations } from "../provider/ledger.ts";
import type { Behaviour, Operation } from "../provider/simulator.ts";
import { definePaymentService } from "../service.ts";

/** How long a test lets a request take whose peer or provider does not answer. */
export const shortMs = 800;
/** Before this such a request has been answered: late enough for a busy machine, long before a slow peer answers. */
export const answeredWithinMs = 2000;
/** Headers of a request that has only that long. */
export const hurried = { headers: { "X-Deadline-Ms": String(shortMs) } };

/** What every order of the fake order service costs. */
export const total = 999.99;

/**
 * The payment service with a fake order service at its side. `provider` may be changed at any time: how the provider
 * behaves at its next operations.
 */
export async function startPayment(env: Readonly<Record<string, string>> = {}) {
  const orders = await startFakePeer({ slowMs: 3000 });
  const paidBy = actAsOrders(orders);
  const provider: { next(operation: Operation): Behaviour | Promise<Behaviour> } = { next: () => "answer" };
  const definition = definePaymentService((operation) => provider.next(operation));
  const service = await startTestService(definition, { ORDER_URL: orders.url, ...env });
  let stopped: Promise<void> | undefined;
  return {
    ...service,
    orders,
    provider,
    /** Order to the payment that it is PAID by. */
    paidBy,
    pay: (order: string, amount = total, options: TestCall = {}) =>
      service.call("POST", `/pay?order_id=${order}&amount=${amount}`, options),
    paymentsOf: async (order: string) => (await service.call("GET", `/payments?order_id=${order}`)).body,
    refund: (payment: string, body: object, options: TestCall = {}) =>
      service.call("POST", `/payments/${payment}/refunds`, { ...options, body }),
    /** The events that the order service was sent, oldest first. */
    events: () =>
      orders.requests
        .filter(({ path }) => path.endsWith("/payment"))
        .map(({ body }) => body as { type: string; timestamp: string; data: Record<string, unknown> }),
    /** A test that reads what is left on disk stops before the end. */
    stop(): Promise<void> {
      stopped ??= service.stop().then(() => orders.close());
      return stopped;
    },
  };
}

function actAsOrders(orders: FakePeer): Map<string, string> {
  const paidBy = new Map<string, string>();
  orders.on("POST", "/orders/:id/payable", ({ params: { id = "" }, body }) => {
    if (paidBy.has(id)) return refusal(409, "order-already-paid");
    if ((body as { amount: number }).amount !== total) return refusal(422, "amount-mismatch", { total });
    const expires_at = new Date(Date.now() + 900_000).toISOString();
    return { body: { order_id: id, status: "PENDING", total, currency: "USD", expires_at } };
  });
  orders.on("POST", "/orders/:id/payment", ({ params: { id = "" }, body }) => {
    const { type, data } = body as { type: string; data: { id: string } };
    if (type === "payment.succeeded" && !paidBy.has(id)) paidBy.set(id, data.id);
    const payment_id = paidBy.get(id) ?? null;
    return { body: { id, status: payment_id === null ? "PENDING" : "PAID", payment_id } };
  });
  return paidBy;
}

/** A problem of the order service. */
export const refusal = (status: number, code: string, members: object = {}) => ({
  status,
  body: {
    type: `urn:shop:problem:${code}`,
    title: code,
    status,
    detail: `The order says ${code}.`,
    code,
    request_id: "order-1",
    ...members,
  },
});

/** What the provider of a stopped service has charged. */
export async function chargesIn(dataDir: string) {
  const database = await openTestDatabase(ledgerMigrations, join(dataDir, "provider.db"));
  try {
    return await createLedger(database).chargesSince(0);
  } finally {
    await database.close();
  }
}

export const newOrder = (): string => v7();
