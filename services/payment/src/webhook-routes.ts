import {
  decodeCursor,
  instant,
  notFound,
  type Outbox,
  type OutboxRow,
  ok,
  page,
  type Route,
  route,
  uuid,
  uuidPathId,
} from "@shop/platform";
import joi from "joi";
import { type WebhookBody, webhooks } from "./messages.ts";
import { paymentSchema } from "./presenters.ts";
import { webhooksQuery } from "./schemas.ts";

const status = () => joi.string().valid("WAITING", "DELIVERED", "DEAD").required();

const webhookSchema = joi.object({
  id: uuid().required(),
  type: joi.string().required(),
  payment_id: uuid().required(),
  order_id: uuid().required(),
  status: status(),
  attempts: joi.number().integer().min(0).required(),
  next_attempt_at: instant().allow(null).required(),
  last_error: joi.string().allow(null).required(),
  created_at: instant().required(),
  settled_at: instant().allow(null).required(),
  data: paymentSchema.required(),
});

const timestamp = (at: number): string => new Date(at).toISOString();

/** A webhook as an operator sees it; `id` is its `webhook-id`. */
function present(row: OutboxRow) {
  const { data } = row.payload as WebhookBody;
  return {
    id: row.id,
    type: row.type,
    payment_id: row.aggregate,
    order_id: data.order_id,
    status: row.state,
    attempts: row.attempts,
    next_attempt_at: row.state === "WAITING" ? timestamp(row.due_at) : null,
    last_error: row.last_error,
    created_at: timestamp(row.created_at),
    settled_at: row.settled_at === null ? null : timestamp(row.settled_at),
    data,
  };
}

/** What the order service was told, or is yet to be told, and the means to tell it again. */
export function webhookRoutes(outbox: Pick<Outbox, "list" | "find" | "redeliver">): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/webhooks",
      operation: "list-webhooks",
      summary: "Webhooks to the order service, newest first",
      scope: "ops:read",
      query: webhooksQuery,
      answers: { 200: joi.array().items(webhookSchema) },
      async handle({ query }) {
        const { status: state, limit, cursor } = query;
        const before = cursor === undefined ? undefined : Number(decodeCursor(cursor, ["number"])[0]);
        const rows = await outbox.list({ state, destination: webhooks, before, limit: limit + 1 });
        return page("/webhooks", { ...query }, rows, { position: ({ seq }) => [seq], present });
      },
    }),
    route({
      method: "POST",
      path: "/webhooks/:webhook_id/redeliver",
      operation: "redeliver-webhook",
      summary: "Send a delivered or dead webhook again, under the same id; one that waits stays as it is",
      scope: "admin",
      params: joi.object<{ webhook_id: string }>({ webhook_id: uuidPathId("webhook") }),
      answers: { 200: webhookSchema },
      problems: { 404: ["not-found"] },
      async handle({ params: { webhook_id } }) {
        const known = await outbox.find(webhook_id);
        if (known?.destination !== webhooks) throw notFound("webhook");
        return ok(present((await outbox.redeliver(webhook_id)) ?? known));
      },
    }),
  ];
}
