import type Koa from "koa";
import type { Metrics } from "../metrics.ts";
import { docsPage } from "./docs-page.ts";
import { serveMetrics } from "./metrics-endpoint.ts";
import { type OpenApiDocument, type OpenApiSource, openApi } from "./openapi.ts";
import type { Readiness } from "./readiness.ts";
import type { State } from "./request-context.ts";

type Handler = Koa.Middleware<State>;

/** What runs, and for how many seconds. */
export interface About {
  readonly service: string;
  readonly version: string;
  readonly uptime: () => number;
}

/** What every process answers without a key: its probes and, unless they have a port of their own, its metrics. */
export const openPaths = (
  about: About,
  readiness: Readiness,
  metrics: Metrics | undefined,
): Record<string, Handler> => ({
  ...probes(about, readiness),
  ...(metrics ? { "/metrics": serveMetrics(metrics) } : {}),
});

/** The probes: the process answers; send traffic. A peer affects neither. */
export function probes({ service, version, uptime }: About, readiness: Readiness): Record<string, Handler> {
  return {
    "/health": async (ctx) => {
      await readiness.wait(ctx.state.context);
      ctx.body = { status: "ok", service, version, uptime_s: uptime() };
    },
    "/livez": (ctx) => {
      ctx.body = { status: "ok" };
    },
    "/readyz": (ctx) => {
      const state = readiness.state();
      ctx.status = state === "ready" ? 200 : 503;
      ctx.body = { status: state };
    },
  };
}

/** The documentation, made from the routes when first asked for. */
export function documentation(source: () => OpenApiSource, readiness: Readiness): Record<string, Handler> {
  let made: { document: OpenApiDocument; page: string } | undefined;
  const make = async (ctx: Koa.ParameterizedContext<State>) => {
    await readiness.wait(ctx.state.context);
    if (made) return made;
    const document = openApi(source());
    made = { document, page: docsPage(document) };
    return made;
  };
  return {
    "/openapi.json": async (ctx) => {
      ctx.body = (await make(ctx)).document;
    },
    "/docs": async (ctx) => {
      const { page } = await make(ctx);
      ctx.set("Content-Type", "text/html; charset=utf-8");
      ctx.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
      ctx.body = page;
    },
  };
}
