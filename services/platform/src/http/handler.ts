import type { RouterContext } from "@koa/router";
import joi from "joi";
import type Koa from "koa";
import type { Idempotency } from "../idempotency/idempotency.ts";
import { fingerprintOf, keyOf } from "../idempotency/request-key.ts";
import { keptForMs } from "../idempotency/rules.ts";
import { forbidden, unauthorized } from "./api-keys.ts";
import { hasBody, parseJson, readBody, requireJson } from "./body.ts";
import type { State } from "./request-context.ts";
import { type Answer, anyKey, headersOf, heedsIdempotencyKey, jsonOf, type Route } from "./route.ts";
import { type Fault, prepared, throwFaults, validate } from "./validate.ts";

const nothing = joi.object({});
const noBytes = Buffer.alloc(0);

/** A route as middleware: may the caller, is the input right, one call (once under a key), what goes out. */
export function handlerOf(
  route: Route,
  bodyLimit: number,
  idempotency: Pick<Idempotency, "once">,
): Koa.Middleware<State> {
  const heedsKey = heedsIdempotencyKey(route);
  const keptFor = keptForMs[route.idempotencyKeptFor ?? "24h"];
  const params = prepared("path", route.params ?? nothing);
  const query = prepared("query", route.query ?? nothing);
  const body = route.body && prepared("body", route.body);
  return async (ctx) => {
    const { identity, context } = ctx.state;
    ctx.state.route = route.path;
    if (!identity) throw unauthorized();
    if (route.scope !== anyKey && !identity.may(route.scope)) throw forbidden(route.scope);

    const rawBody = await bytesOf(route, ctx, bodyLimit);
    const faults: Fault[] = [];
    const input = {
      params: validate("path", params, (ctx as unknown as RouterContext).params, faults),
      query: validate("query", query, onceEach(ctx.query, faults), faults),
      body: body && validate("body", body, parseJson(rawBody), faults),
      rawBody,
      headers: ctx.req.headers,
      context,
      identity,
    };
    const key = heedsKey ? keyOf(ctx.req.headers, faults) : undefined;
    throwFaults(faults);
    if (key === undefined) return send(ctx, await route.handle(input));
    const { method, path, query: parameters } = ctx;
    const fingerprint = fingerprintOf({ method, path, query: parameters, rawBody });
    const request = { caller: identity.caller, key, fingerprint, keptForMs: keptFor };
    send(ctx, await idempotency.once(request, context, async () => route.handle(input)));
  };
}

/** The bytes of the body. A route that takes none refuses one: what it would mean is unknown. */
async function bytesOf(route: Route, ctx: Koa.ParameterizedContext<State>, limit: number): Promise<Buffer> {
  const { deadline } = ctx.state.context;
  if (route.body) {
    requireJson(ctx.req);
    return readBody(ctx.req, limit, deadline);
  }
  if (hasBody(ctx.req) && (await readBody(ctx.req, limit, deadline)).length > 0)
    throwFaults([{ pointer: "/body", detail: "this route takes no body" }]);
  return noBytes;
}

/** A parameter given twice is refused rather than one of the two chosen. */
function onceEach(query: Record<string, string | string[] | undefined>, faults: Fault[]): Record<string, unknown> {
  const single: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) faults.push({ pointer: `/query/${name}`, detail: `${name} is given more than once` });
    else single[name] = value;
  }
  return single;
}

function send(ctx: Koa.ParameterizedContext<State>, answer: Answer): void {
  const json = jsonOf(answer);
  ctx.status = answer.status;
  ctx.set(headersOf(answer) as Record<string, string>);
  ctx.body = json ?? null;
  // Koa makes 204 of an empty body.
  if (json === undefined) ctx.status = answer.status;
}
