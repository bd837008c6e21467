import type Koa from "koa";
import type { Metrics } from "../metrics.ts";
import type { State } from "./request-context.ts";

/** Times every request to the end of its answer, under its route's template, and writes its one log line. */
export function measure(metrics: Metrics): Koa.Middleware<State> {
  return (ctx, next) => {
    const began = performance.now();
    metrics.httpInFlight.inc();
    ctx.res.once("close", () => {
      const { context, route } = ctx.state;
      const ms = performance.now() - began;
      const status = ctx.res.writableFinished ? ctx.res.statusCode : 499;
      metrics.httpInFlight.dec();
      metrics.httpDuration.observe({ method: ctx.method, route, status }, ms / 1000);
      if (quiet.has(route)) return;
      if (context.log.isLevelEnabled("info"))
        context.log.info(
          { method: ctx.method, route, status, ms: Math.round(ms * 10) / 10, caller: context.caller },
          "request",
        );
    });
    return next();
  };
}

/** Asked every few seconds by probes and Prometheus: a log line each would bury the rest. */
const quiet = new Set(["/health", "/livez", "/readyz", "/metrics"]);
