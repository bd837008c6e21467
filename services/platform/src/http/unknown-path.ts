import type Router from "@koa/router";
import type Koa from "koa";
import { notFound, Problem } from "../problem.ts";
import type { State } from "./request-context.ts";

/** 404, or 405 with the methods that the path has (RFC 9110, section 15.5.6). */
export function unknownPath(router: Router<State>): Koa.Middleware<State> {
  return (ctx) => {
    const methods = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods);
    if (methods.length === 0) throw notFound("path");
    const allowed = [...new Set(methods)].join(", ");
    throw new Problem(405, "method-not-allowed", `This path takes ${allowed}.`, {}, { Allow: allowed });
  };
}
