import { type Currency, jsonReader, type RequestContext, verify, type WebhookSecrets } from "@shop/platform";
import type { Order } from "./order.ts";
import type { createPayOrder } from "./pay-order.ts";
import { type EnclosedWebhook, paymentBody } from "./schemas.ts";

/**
 * Webhooks that came together: each is whole and signed by itself, so it proves and changes what it would alone. A
 * payment service that has much to tell makes one request of it, and we one unit.
 */
export function createReceiveWebhooks(deps: {
  payOrder: Pick<ReturnType<typeof createPayOrder>, "payment">;
  secrets: WebhookSecrets;
  unit: Currency;
}) {
  const { payOrder, secrets } = deps;
  const read = jsonReader(paymentBody(deps.unit));

  async function receive(context: RequestContext, { body, ...headers }: EnclosedWebhook): Promise<Order> {
    const bytes = Buffer.from(body);
    const { id } = verify(secrets.current(), headers, bytes);
    const news = read(bytes);
    return payOrder.payment(context, news.data.order_id, news, id);
  }

  return (context: RequestContext, webhooks: readonly EnclosedWebhook[]): Promise<PromiseSettledResult<Order>[]> =>
    Promise.allSettled(webhooks.map((webhook) => receive(context, webhook)));
}
