import { type Answer, list, type Page, request, type Service } from "./client.ts";

export interface Health {
  readonly status: string;
  readonly service: string;
  readonly version: string;
  readonly uptime_s: number;
}
export interface RouteFigures {
  readonly requests: number;
  readonly errors: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  /** How many were answered within each bound in milliseconds. */
  readonly within_ms: Readonly<Record<string, number>>;
}
export type BreakerState = "closed" | "half-open" | "open";
export interface Stats {
  readonly service: string;
  readonly version: string;
  readonly uptime_s: number;
  readonly routes: Readonly<Record<string, RouteFigures>>;
  readonly queue: { readonly depth: number };
  readonly breakers: Readonly<Record<string, BreakerState>>;
  readonly outbox?: {
    readonly waiting: number;
    readonly dead: number;
    readonly oldest_age_s: number;
  };
  /** Rows by state: `orders`, `payments`, `reservations`. */
  readonly [own: string]: unknown;
}
export type DeliveryState = "WAITING" | "DELIVERED" | "DEAD";
export interface Webhook {
  readonly id: string;
  readonly type: string;
  readonly payment_id: string;
  readonly order_id: string;
  readonly status: DeliveryState;
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly settled_at: string | null;
}
export interface OutboxMessage {
  readonly id: string;
  readonly destination: string;
  readonly aggregate: string;
  readonly type: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly due_at: string | null;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly settled_at: string | null;
}
export interface Pass {
  readonly name: string;
  readonly found: number;
  readonly mended: number;
  readonly notes?: readonly string[];
  readonly error?: string;
}

export const getHealth = async (service: Service, signal?: AbortSignal): Promise<Health> =>
  (await request<Health>(service, "GET", "/health", { signal })).body;

export const getStats = async (service: Service, signal?: AbortSignal): Promise<Stats> =>
  (await request<Stats>(service, "GET", "/stats", { signal })).body;

export const listWebhooks = (
  status: DeliveryState | undefined,
  cursor?: string,
  signal?: AbortSignal,
): Promise<Page<Webhook>> => list("payment", "/webhooks", { query: { status, cursor, limit: 20 }, signal });

export const redeliverWebhook = (id: string, idempotencyKey: string): Promise<Answer<Webhook>> =>
  request("payment", "POST", `/webhooks/${encodeURIComponent(id)}/redeliver`, { idempotencyKey });

export const listOutbox = (
  service: "order" | "payment",
  filter: { state?: DeliveryState; destination?: string; cursor?: string | undefined },
  signal?: AbortSignal,
): Promise<Page<OutboxMessage>> => list(service, "/outbox", { query: { ...filter, limit: 20 }, signal });

export const redeliverMessage = (
  service: "order" | "payment",
  id: string,
  idempotencyKey: string,
): Promise<Answer<OutboxMessage>> =>
  request(service, "POST", `/outbox/${encodeURIComponent(id)}/redeliver`, { idempotencyKey });

export const reconcile = (service: Service, idempotencyKey: string): Promise<Answer<{ passes: readonly Pass[] }>> =>
  request(service, "POST", "/admin/reconcile", { idempotencyKey });
