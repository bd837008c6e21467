import { type Currency, type Peer, PeerUnavailable, Problem, type RequestContext } from "@shop/platform";
import joi from "joi";
import type { Checkout } from "./cart-checkout.ts";

export type OrderClient = ReturnType<typeof createOrderClient>;

/** An order in the order service's own JSON, passed on as it came. */
export type Order = Readonly<Record<string, unknown>>;

/** How a try to place an order ended. */
export type Placing =
  | { readonly is: "placed"; readonly order: Order }
  /** The order service said no, and why: nothing was ordered. */
  | { readonly is: "refused"; readonly problem: Problem }
  /** The call certainly did not reach the order service. */
  | { readonly is: "not-sent"; readonly retryAfterS: number | undefined }
  /** It may have been placed, or may yet be. */
  | { readonly is: "unknown"; readonly retryAfterS: number | undefined };

const answers = { 201: joi.object({ id: joi.string().required() }) };
const refusals = new Set([409, 422]);
/** The key is known there: of an order that is being made, or that was made of other bytes, such as another release's. */
const undecided = new Set(["idempotency-in-flight", "idempotency-key-reused"]);

/** The cart's view of the order service. */
export function createOrderClient({ peer, unit }: { peer: Peer; unit: Currency }) {
  return {
    /** Never throws for what the order service does or does not do. */
    async place(context: RequestContext, userId: string, { id, lines }: Checkout): Promise<Placing> {
      try {
        const { status, body, headers } = await peer.call(context, {
          operation: "place-order",
          method: "POST",
          path: `/orders?user_id=${encodeURIComponent(userId)}`,
          headers: { "idempotency-key": id },
          body: lines.map(({ productId, quantity, price }) => ({
            product_id: productId,
            quantity,
            price: unit.toWire(price),
          })),
          answers,
        });
        if (status === 201) return { is: "placed", order: body as Order };
        const problem = body as Record<string, unknown> & { code: string };
        if (refusals.has(status) && !undecided.has(problem.code))
          return { is: "refused", problem: passedOn(status, problem) };
        context.log.warn({ peer: peer.name, status, code: problem.code }, "a checkout's outcome is not known");
        return { is: "unknown", retryAfterS: Number(headers["retry-after"]) || undefined };
      } catch (error) {
        if (!(error instanceof PeerUnavailable)) throw error;
        return { is: error.sent ? "unknown" : "not-sent", retryAfterS: error.retryAfterS };
      }
    },
  };
}

/** The peer's problem as ours: its code, words and members; what is of its own request is left out. */
function passedOn(status: number, problem: Record<string, unknown> & { code: string }): Problem {
  const { code, detail, type: _type, title: _title, status: _status, request_id: _id, ...members } = problem;
  return new Problem(status, code, typeof detail === "string" ? detail : "The order was refused.", members);
}
