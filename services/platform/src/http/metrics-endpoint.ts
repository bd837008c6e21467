import type { RequestListener } from "node:http";
import Koa from "koa";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";

/** Answers with all metrics in the text format of Prometheus. */
export const serveMetrics =
  (metrics: Pick<Metrics, "registry">): Koa.Middleware =>
  async (ctx) => {
    ctx.set("Content-Type", metrics.registry.contentType);
    ctx.body = await metrics.registry.metrics();
  };

/** `/metrics` alone, for a port of its own, so that a network policy can let Prometheus in there and nowhere else. */
export function metricsApp(metrics: Pick<Metrics, "registry">, log: Logger): RequestListener {
  const serve = serveMetrics(metrics);
  const app = new Koa();
  app.use((ctx, next) => (ctx.path === "/metrics" ? serve(ctx, next) : next()));
  app.on("error", (error) => log.error({ err: error }, "metrics could not be collected"));
  return app.callback() as RequestListener;
}
