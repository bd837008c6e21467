import type { RequestListener } from "node:http";
import Router from "@koa/router";
import Koa from "koa";
import type { Idempotency } from "../idempotency/idempotency.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { notFound, Problem } from "../problem.ts";
import { type ApiKeys, unauthorized } from "./api-keys.ts";
import { handlerOf } from "./handler.ts";
import { measure } from "./measure.ts";
import type { Readiness } from "./readiness.ts";
import { renderProblem } from "./render-problem.ts";
import { contextOf, type State } from "./request-context.ts";
import type { Route } from "./route.ts";

export interface AppOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly apiKeys: ApiKeys;
  readonly readiness: Readiness;
  readonly requestTimeoutMs: number;
  readonly bodyLimit: number;
  /** Answered without a key: probes, metrics, documentation. Path to middleware. */
  readonly open: Readonly<Record<string, Koa.Middleware<State>>>;
}

/**
 * The HTTP application. The order of the middleware is the order in which a request is dealt with.
 * It listens before the database is open; `mount` adds the table of routes then, and requests wait until it is ready.
 */
export function createApp(options: AppOptions) {
  const router = new Router<State>();
  const work = createWork();
  const app = new Koa<State>();
  app.use(work.track);
  app.use(context(options));
  app.use(measure(options.metrics));
  app.use(problems());
  app.use(openPaths(options.open));
  app.use(ready(options.readiness));
  app.use(authenticate(options.apiKeys));
  app.use(router.routes());
  app.use(unknownPath(router));
  app.on("error", (error) => options.log.error({ err: error }, "an answer could not be sent"));
  return {
    callback: app.callback() as RequestListener,
    mount(routes: readonly Route[], idempotency: Pick<Idempotency, "once">): void {
      for (const route of routes)
        router.register(route.path, [route.method], [handlerOf(route, options.bodyLimit, idempotency)]);
    },
    /** Resolves when no handler is at work any more, also for clients that have gone away meanwhile. */
    settled: work.settled,
  };
}

/** What is being worked on. A connection that ended says nothing of it: the handler goes on, and may be writing. */
function createWork() {
  let underWay = 0;
  let done: () => void = () => {};
  const track: Koa.Middleware<State> = async (_ctx, next) => {
    underWay += 1;
    try {
      await next();
    } finally {
      underWay -= 1;
      if (underWay === 0) done();
    }
  };
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      done = resolve;
      if (underWay === 0) resolve();
    });
  return { track, settled };
}

function context(options: AppOptions): Koa.Middleware<State> {
  return async (ctx, next) => {
    ctx.state.context = contextOf(ctx.req, options.requestTimeoutMs, options.log);
    ctx.state.route = "unmatched";
    ctx.set("X-Request-Id", ctx.state.context.requestId);
    await next();
    // Asked when the answer is ready: a connection kept alive past it would hold up the stop.
    if (options.readiness.state() === "draining") ctx.set("Connection", "close");
  };
}

function problems(): Koa.Middleware<State> {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const { context, route } = ctx.state;
      const rendered = renderProblem(error, context.requestId);
      if (rendered.fault) context.log.error({ err: rendered.fault, route }, "a request failed through a fault of ours");
      ctx.status = rendered.status;
      ctx.set(rendered.headers);
      ctx.set("Content-Type", "application/problem+json");
      ctx.body = JSON.stringify(rendered.body);
    }
  };
}

function openPaths(open: AppOptions["open"]): Koa.Middleware<State> {
  const paths = new Map(Object.entries(open));
  return (ctx, next) => {
    const handler = ctx.method === "GET" || ctx.method === "HEAD" ? paths.get(ctx.path) : undefined;
    if (!handler) return next();
    ctx.state.route = ctx.path;
    return handler(ctx as Koa.ParameterizedContext<State>, next);
  };
}

function ready(readiness: Readiness): Koa.Middleware<State> {
  return async (ctx, next) => {
    await readiness.wait(ctx.state.context);
    return next();
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

/** 404, or 405 with the methods that the path has (RFC 9110, section 15.5.6). */
function unknownPath(router: Router<State>): Koa.Middleware<State> {
  return (ctx) => {
    const methods = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods);
    if (methods.length === 0) throw notFound("path");
    const allowed = [...new Set(methods)].join(", ");
    throw new Problem(405, "method-not-allowed", `This path takes ${allowed}.`, {}, { Allow: allowed });
  };
}
