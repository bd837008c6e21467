import { randomUUID } from "node:crypto";
import { type Currency, type Peer, type PeerAnswer, PeerUnavailable, type RequestContext } from "@shop/platform";
import joi from "joi";
import type { Command } from "./commands.ts";
import { nextCursor } from "./next-cursor.ts";
import type { PaymentSnapshot } from "./payment-event.ts";
import { paymentFields } from "./schemas.ts";

export type PaymentClient = ReturnType<typeof createPaymentClient>;

/** The payment service lists at most so many. */
const paymentsAtOnce = 500;

/** What this service asks of the payment service. Every call throws PeerUnavailable when there is no usable answer. */
export function createPaymentClient(peer: Peer, unit: Currency) {
  const payment = joi.object(paymentFields(unit));
  const refund = joi.object({ status: joi.string().required() });

  const unexpected = (operation: string, { status, body }: PeerAnswer) => {
    const { code } = body as { code?: string };
    return new PeerUnavailable(peer.name, operation, {
      reason: "garbage",
      detail: `${status} ${code ?? "unexpected"}`,
    });
  };

  return {
    /**
     * Gives back what is left of a payment. "done": nothing of it is left; "under-way": the provider has not answered
     * this refund, or another one that has claimed what is left; "failed": it refused, which takes a person.
     * Each try has a key of its own, so that none is told the refusal of the one before. However many there are, and
     * whichever of their answers are lost, they give back all that was left and no more, because none names an amount.
     */
    async refund(
      context: RequestContext,
      { payment_id, reason }: Pick<Extract<Command, { type: "refund" }>, "payment_id" | "reason">,
    ): Promise<"done" | "under-way" | "failed"> {
      const operation = "refund-payment";
      const answer = await peer.call(context, {
        operation,
        method: "POST",
        path: `/payments/${payment_id}/refunds`,
        headers: { "idempotency-key": randomUUID() },
        idempotent: true,
        body: { reason },
        answers: { 201: refund, 202: refund },
      });
      const { status, code, payment_status } = answer.body as {
        status: unknown;
        code?: string;
        payment_status?: string;
      };
      if (answer.status < 300) return status === "FAILED" ? "failed" : status === "PENDING" ? "under-way" : "done";
      // Refunded already, by this command's first try or by a person.
      if (payment_status === "REFUNDED") return "done";
      if (code === "refund-exceeds-payment") return "under-way";
      if (code === "refund-declined") return "failed";
      throw unexpected(operation, answer);
    },

    /** A page of the payments, newest first, from the newest on or from `cursor`, and where the next one begins. */
    async list(
      context: RequestContext,
      cursor: string | undefined,
    ): Promise<{ payments: readonly PaymentSnapshot[]; next: string | undefined }> {
      const operation = "list-payments";
      const answer = await peer.call(context, {
        operation,
        method: "GET",
        path: `/payments?limit=${paymentsAtOnce}${cursor ? `&cursor=${cursor}` : ""}`,
        answers: { 200: joi.array().items(payment) },
      });
      if (answer.status !== 200) throw unexpected(operation, answer);
      return { payments: answer.body as PaymentSnapshot[], next: nextCursor(answer) };
    },

    /** Whether there is such a payment. */
    async exists(context: RequestContext, payment_id: string): Promise<boolean> {
      const operation = "get-payment";
      const answer = await peer.call(context, {
        operation,
        method: "GET",
        path: `/payments/${payment_id}`,
        answers: { 200: payment },
      });
      if (answer.status === 404) return false;
      if (answer.status !== 200) throw unexpected(operation, answer);
      return true;
    },
  };
}
