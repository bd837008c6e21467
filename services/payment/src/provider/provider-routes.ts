import { notFound, ok, type Route, route, uuidPathId } from "@shop/platform";
import joi from "joi";
import type { ListedCharge, Provider } from "./provider.ts";
import { cancelBody, chargeBody, chargesSchema, listQuery, refundBody, resultSchema } from "./provider-schemas.ts";

/**
 * A provider over HTTP. Our own ids make every call repeatable, so no Idempotency-Key is heeded. 404 is a definitive
 * answer: the provider never took it. Everything but a 200 and that 404 says nothing about the money.
 */
export function providerRoutes(provider: Provider): readonly Route[] {
  const params = joi.object<{ id: string }>({ id: uuidPathId("entry") });
  const common = { scope: "provider", idempotency: "none", answers: { 200: resultSchema } } as const;

  async function found<Result>(result: Promise<Result | undefined>) {
    const known = await result;
    if (!known) throw notFound("entry in the books");
    return ok(known);
  }

  return [
    route({
      ...common,
      method: "POST",
      path: "/charges",
      operation: "charge",
      summary: "Take money; the same id is the same charge",
      body: chargeBody,
      handle: async ({ body, context }) => ok(await provider.charge(body, context.deadline)),
    }),
    route({
      ...common,
      method: "GET",
      path: "/charges",
      operation: "list-charges",
      summary: "All charges since a time in milliseconds, oldest first",
      query: listQuery,
      answers: { 200: chargesSchema },
      handle: async ({ query, context }) => ok((await provider.list(query, context.deadline)).map(present)),
    }),
    route({
      ...common,
      method: "GET",
      path: "/charges/:id",
      operation: "find-charge",
      summary: "What became of a charge",
      params,
      problems: { 404: ["not-found"] },
      handle: ({ params, context }) => found(provider.find(params.id, context.deadline)),
    }),
    route({
      ...common,
      method: "POST",
      path: "/charges/:id/cancel",
      operation: "cancel-charge",
      summary: "From now on a charge that was not made never will be; answers what stands there",
      params,
      body: cancelBody,
      handle: async ({ params, body, context }) => ok(await provider.cancel({ ...params, ...body }, context.deadline)),
    }),
    route({
      ...common,
      method: "POST",
      path: "/refunds",
      operation: "refund",
      summary: "Give money back from a charge; the same id is the same refund",
      body: refundBody,
      handle: async ({ body, context }) => ok(await provider.refund(body, context.deadline)),
    }),
    route({
      ...common,
      method: "GET",
      path: "/refunds/:id",
      operation: "find-refund",
      summary: "What became of a refund",
      params,
      problems: { 404: ["not-found"] },
      handle: ({ params, context }) => found(provider.findRefund(params.id, context.deadline)),
    }),
  ];
}

const present = ({ created_at, ...charge }: ListedCharge) => ({
  ...charge,
  created_at: new Date(created_at).toISOString(),
});
