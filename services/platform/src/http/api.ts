import Router from "@koa/router";
import type Koa from "koa";
import type { Idempotency } from "../idempotency/idempotency.ts";
import { type ApiKeys, unauthorized } from "./api-keys.ts";
import { handlerOf } from "./handler.ts";
import type { State } from "./request-context.ts";
import type { Route } from "./route.ts";
import { unknownPath } from "./unknown-path.ts";

/**
 * The routes of a service behind its keys. `mount` adds the table of routes when the database is open; the middleware are
 * there before, because the service listens before.
 */
export function createApi({ apiKeys, bodyLimit }: { apiKeys: ApiKeys; bodyLimit: number }) {
  const router = new Router<State>();
  const routed = router.routes() as unknown as Koa.Middleware<State>;
  const middleware = [authenticate(apiKeys), routed, unknownPath(router)];
  return {
    middleware,
    mount(routes: readonly Route[], idempotency: Pick<Idempotency, "once">): void {
      for (const route of routes)
        router.register(route.path, [route.method], [handlerOf(route, bodyLimit, idempotency)]);
    },
  };
}

function authenticate(apiKeys: ApiKeys): Koa.Middleware<State> {
  return (ctx, next) => {
    const presented = ctx.req.headers["x-api-key"];
    const identity = typeof presented === "string" ? apiKeys.identify(presented) : undefined;
    if (!identity) throw unauthorized();
    ctx.state.identity = identity;
    ctx.state.context.caller = identity.caller;
    return next();
  };
}
