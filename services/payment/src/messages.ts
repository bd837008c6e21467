import type { Currency, Message, Outbox, OutboxRow } from "@shop/platform";
import { commandsOf, type Payment } from "./payment.ts";
import type { Connection } from "./payment-store.ts";
import { presentPayment } from "./presenters.ts";

/** The order service, which is told of each end of a payment. */
export const webhooks = "order";
/** The same service, asked again whether a payment that waits may be charged. */
export const consents = "consent";

/** The body of a webhook: a snapshot, the same bytes at each try. */
export interface WebhookBody {
  readonly type: string;
  readonly timestamp: string;
  readonly data: ReturnType<typeof presentPayment>;
}

/** What has to be told or asked after a change that led to this payment: at most one message. */
function messagesOf(payment: Payment, unit: Currency): Message[] {
  const aggregate = payment.id;
  if (payment.status === "PENDING") return [{ destination: consents, aggregate, type: "payment.ask", payload: {} }];
  return commandsOf(payment).map(({ type }) => {
    const timestamp = new Date(payment.updated_at).toISOString();
    const payload: WebhookBody = { type, timestamp, data: presentPayment(payment, unit) };
    return { destination: webhooks, aggregate, type, payload };
  });
}

/** A payment after a change, and what the change wrote into the outbox: to be dispatched by whoever made it. */
export interface Told {
  readonly payment: Payment;
  readonly row: OutboxRow | undefined;
}

/** In the unit of a change: writes what follows from it. Answers each payment with its row, in their order. */
export type Tell = (trx: Connection, payments: readonly Payment[]) => Promise<Told[]>;

export function createTell(outbox: Pick<Outbox, "append">, unit: Currency): Tell {
  return async (trx, payments) => {
    const messages = payments.flatMap((payment) => messagesOf(payment, unit));
    const rows = messages.length > 0 ? await outbox.append(trx, messages) : [];
    const byPayment = new Map(rows.map((row) => [row.aggregate, row]));
    return payments.map((payment) => ({ payment, row: byPayment.get(payment.id) }));
  };
}
