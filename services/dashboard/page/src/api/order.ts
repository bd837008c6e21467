import { type Answer, list, type Page, request } from "./client.ts";

export const orderStatuses = ["PENDING", "PAID", "FULFILLED", "CANCELLED", "EXPIRED", "REFUNDED"] as const;
export type OrderStatus = (typeof orderStatuses)[number];
export interface OrderLine {
  readonly product_id: number;
  readonly sku: string | null;
  readonly name: string | null;
  readonly quantity: number;
  readonly price: number;
  readonly subtotal: number;
}
export interface Order {
  readonly id: string;
  readonly user_id: string;
  readonly status: OrderStatus;
  readonly verification: "verified" | "pending" | "rejected";
  readonly hold: "none" | "held" | "confirmed" | "released" | "returned";
  readonly currency: string;
  readonly items: readonly OrderLine[];
  readonly total: number;
  readonly refunded: number;
  readonly payment_id: string | null;
  readonly reason: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly expires_at: string | null;
}
export interface OrderEvent {
  readonly seq: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: string;
}
export interface OrderFilter {
  readonly user_id?: string | undefined;
  readonly status?: string | undefined;
  readonly created_from?: string | undefined;
  readonly created_to?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number;
}

const path = (id: string) => `/orders/${encodeURIComponent(id)}`;

export const listOrders = (filter: OrderFilter, signal?: AbortSignal): Promise<Page<Order>> =>
  list("order", "/orders", { query: { ...filter }, signal });

export const getOrder = async (id: string, signal?: AbortSignal): Promise<Order> =>
  (await request<Order>("order", "GET", path(id), { signal })).body;

export const orderEvents = async (id: string, signal?: AbortSignal): Promise<readonly OrderEvent[]> =>
  (await request<OrderEvent[]>("order", "GET", `${path(id)}/events`, { signal })).body;

export const cancelOrder = (id: string, idempotencyKey: string): Promise<Answer<Order>> =>
  request("order", "POST", `${path(id)}/cancel`, { idempotencyKey });

export const fulfilOrder = (id: string, idempotencyKey: string): Promise<Answer<Order>> =>
  request("order", "POST", `${path(id)}/fulfil`, { idempotencyKey });
