import { type Answer, list, type Page, request } from "./client.ts";

export interface Payment {
  readonly id: string;
  readonly order_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: "PENDING" | "CHARGING" | "SUCCEEDED" | "FAILED" | "UNKNOWN" | "PARTIALLY_REFUNDED" | "REFUNDED";
  readonly refunded: number;
  readonly provider_reference: string | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  readonly created_at: string;
  readonly updated_at: string;
}
export interface Refund {
  readonly id: string;
  readonly payment_id: string;
  readonly amount: number;
  readonly status: "PENDING" | "SUCCEEDED" | "FAILED";
  readonly reason: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** 200: the order is paid. 202: not yet certain; the same call again goes on with the same payment. */
export const pay = (orderId: string, amount: number, idempotencyKey: string): Promise<Answer<Payment>> =>
  request("payment", "POST", "/pay", { query: { order_id: orderId, amount }, idempotencyKey });

export const listPayments = (
  filter: { order_id?: string; status?: string; cursor?: string | undefined; limit?: number },
  signal?: AbortSignal,
): Promise<Page<Payment>> => list("payment", "/payments", { query: { ...filter }, signal });

export const listRefunds = (paymentId: string, signal?: AbortSignal): Promise<Page<Refund>> =>
  list("payment", `/payments/${encodeURIComponent(paymentId)}/refunds`, { signal });

export const refund = (
  paymentId: string,
  what: { amount?: number; reason?: string },
  idempotencyKey: string,
): Promise<Answer<Refund>> =>
  request("payment", "POST", `/payments/${encodeURIComponent(paymentId)}/refunds`, { body: what, idempotencyKey });
