import type { RequestListener } from "node:http";
import Koa from "koa";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { Problem } from "../problem.ts";
import { measure } from "./measure.ts";
import type { Readiness } from "./readiness.ts";
import { renderProblem } from "./render-problem.ts";
import { contextOf, type State } from "./request-context.ts";

export interface AppOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly requestTimeoutMs: number;
  /** Answered without a key: probes, metrics, documentation. Path to middleware. */
  readonly open: Readonly<Record<string, Koa.Middleware<State>>>;
  /** What answers all else, once the service is ready. */
  readonly behind: readonly Koa.Middleware<State>[];
}

/**
 * The HTTP application. The order of the middleware is the order in which a request is dealt with.
 * It listens before the service is ready, and requests wait until it is.
 */
export function createApp(options: AppOptions) {
  const work = createWork();
  const app = new Koa<State>();
  app.use(work.track);
  app.use(context(options));
  app.use(measure(options.metrics));
  app.use(problems());
  app.use(readableTarget);
  app.use(exactPaths(options.open));
  app.use(ready(options.readiness));
  for (const middleware of options.behind) app.use(middleware);
  app.on("error", (error) => options.log.error({ err: error }, "an answer could not be sent"));
  return {
    callback: app.callback() as RequestListener,
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

/** 400 for a target that cannot be read as an address, such as `http://[::1/x`: to look at its path would throw. */
const readableTarget: Koa.Middleware<State> = (ctx, next) => {
  try {
    void ctx.path;
  } catch {
    throw new Problem(400, "malformed-request", "The address of this request cannot be read.");
  }
  return next();
};

function exactPaths(open: AppOptions["open"]): Koa.Middleware<State> {
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
