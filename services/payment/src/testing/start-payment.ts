import { join } from "node:path";
import {
  type caller,
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
 * behaves at its next operations; until then as `next` says.
 */
export async function startPayment(
  env: Readonly<Record<string, string>> = {},
  next: (operation: Operation) => Behaviour | Promise<Behaviour> = () => "answer",
) {
  const orders = await startFakePeer({ slowMs: 3000 });
  const paidBy = actAsOrders(orders);
  const provider: { next(operation: Operation): Behaviour | Promise<Behaviour> } = { next };
  const definition = definePaymentService((operation) => provider.next(operation));
  const service = await startTestService(definition, { ORDER_URL: orders.url, RECONCILE_EVERY_S: "3600", ...env });
  /** Runs the sweeps now; they run at the start and then only so. */
  const reconcile = async (): Promise<Pass[]> => (await service.call("POST", "/admin/reconcile")).body.passes;
  await reconcile();
  return {
    ...service,
    orders,
    provider,
    /** Order to the payment that it is PAID by. */
    paidBy,
    reconcile,
    read: async (id: string) => (await service.call("GET", `/payments/${id}`)).body,
    pay: (order: string, amount = total, options: TestCall = {}) =>
      service.call("POST", `/pay?order_id=${order}&amount=${amount}`, options),
    paymentsOf: async (order: string) => (await service.call("GET", `/payments?order_id=${order}`)).body,
    refund: (payment: string, body: object, options: TestCall = {}) =>
      service.call("POST", `/payments/${payment}/refunds`, { ...options, body }),
    /** The events that the order service was sent, oldest first. */
    events: () => webhooksTo(orders).map(({ event }) => event),
    /** A test that reads what is left on disk stops before the end. */
    async stop(): Promise<void> {
      await service.stop();
      await orders.close();
    },
  };
}

/** How many payments there are in each state, at this moment: the figures of `/stats` may be seconds old. */
export async function countByStatus(call: ReturnType<typeof caller>): Promise<Readonly<Record<string, number>>> {
  const { body }: { body: readonly { readonly status: string }[] } = await call("GET", "/payments?limit=500");
  const counts: Record<string, number> = {};
  for (const { status } of body) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export interface Pass {
  readonly name: string;
  readonly found: number;
  readonly mended: number;
  readonly notes?: readonly string[];
}

function actAsOrders(orders: FakePeer): Map<string, string> {
  const paidBy = new Map<string, string>();
  answerPayable(orders, ({ order_id, amount }) => {
    const payment_id = paidBy.get(order_id);
    if (payment_id !== undefined) return refusal(409, "order-already-paid", { payment_id });
    return amount === total ? consent(order_id) : refusal(422, "amount-mismatch", { total });
  });
  answerWebhooks(orders, ({ type, data: { id, order_id } }) => {
    if (type === "payment.succeeded" && !paidBy.has(order_id)) paidBy.set(order_id, id);
    const payment_id = paidBy.get(order_id) ?? null;
    return { status: payment_id === null ? "PENDING" : "PAID", payment_id };
  });
  return paidBy;
}

const webhooksPath = "/orders/payments";

interface Enclosed {
  readonly "webhook-id": string;
  /** The bytes that are signed. */
  readonly body: string;
}

export interface Event {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown> & { readonly id: string; readonly order_id: string };
}

const enclosedIn = (body: unknown) => (body as { webhooks: readonly (Enclosed & Record<string, string>)[] }).webhooks;
const eventOf = ({ body }: Enclosed): Event => JSON.parse(body);

/** The webhooks that the fake order service was sent, oldest first: what would be headers, and the body's text. */
export const webhooksTo = (orders: FakePeer) =>
  orders.requests
    .filter(({ path }) => path === webhooksPath)
    .flatMap(({ body }) => enclosedIn(body).map((webhook) => ({ ...webhook, event: eventOf(webhook) })));

/** From now on the fake order service answers each webhook with its order so. */
export function answerWebhooks(
  orders: FakePeer,
  answer: (event: Event) => { status: string; payment_id: string | null },
): void {
  orders.on("POST", webhooksPath, ({ body }) => {
    const results = enclosedIn(body).map((webhook) => ({
      "webhook-id": webhook["webhook-id"],
      status: 200,
      order: answer(eventOf(webhook)),
    }));
    return { body: { results } };
  });
}

/** From now on the fake order service fails each time it is told something. */
export const refuseWebhooks = (orders: FakePeer): void => orders.on("POST", webhooksPath, { status: 500 });

export interface PayableAsked {
  readonly order_id: string;
  readonly payment_id: string;
  readonly amount: number;
}

/** From now on the fake order service answers so each time it is asked whether an order is payable. */
export function answerPayable(orders: FakePeer, answer: (asked: PayableAsked) => object): void {
  orders.on("POST", "/orders/payable", ({ body }) => {
    const { payables } = body as { payables: readonly PayableAsked[] };
    return { body: { results: payables.map((asked) => ({ order_id: asked.order_id, ...answer(asked) })) } };
  });
}

/** The order service's yes. */
export const consent = (order_id: string, differing: object = {}) => {
  const expires_at = new Date(Date.now() + 900_000).toISOString();
  return { status: 200, payable: { order_id, status: "PENDING", total, currency: "USD", expires_at, ...differing } };
};

/** The order service's no. */
export const refusal = (status: number, code: string, members: object = {}) => ({
  status,
  problem: { code, detail: `The order says ${code}.`, ...members },
});

/** The charges of a stopped provider that took money. */
export const capturedIn = async (dataDir: string) =>
  (await chargesIn(dataDir)).filter(({ result }) => result.outcome === "succeeded");

/** All that the provider of a stopped service has in its books. */
export async function chargesIn(dataDir: string) {
  const database = await openTestDatabase(ledgerMigrations, join(dataDir, "provider.db"));
  try {
    return await createLedger(database).list({ since: 0 });
  } finally {
    await database.close();
  }
}

export const newOrder = (): string => v7();
