import type { OutboxMessage, Webhook } from "../../api/operations.ts";

/** A webhook or a message of an outbox: what both tell. */
export interface Delivery {
  readonly id: string;
  readonly type: string;
  /** What it is about: an order or a payment. */
  readonly about: string;
  readonly orderId: string | undefined;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: string;
}

export const ofWebhook = ({ id, type, order_id, attempts, last_error, created_at }: Webhook): Delivery => ({
  ...{ id, type, attempts, about: order_id, orderId: order_id },
  ...{ lastError: last_error, createdAt: created_at },
});

/** The aggregate is the order in the outbox of order, and the payment in that of payment. */
export const ofMessage = ({ id, type, destination, aggregate, ...message }: OutboxMessage): Delivery => ({
  ...{ id, type, attempts: message.attempts, about: aggregate },
  orderId: destination === "consent" ? undefined : aggregate,
  ...{ lastError: message.last_error, createdAt: message.created_at },
});
