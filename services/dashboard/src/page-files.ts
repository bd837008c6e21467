import { existsSync } from "node:fs";
import { join } from "node:path";
import type { State } from "@shop/platform";
import type Koa from "koa";
import sirv from "sirv";

/**
 * The files of the page from `folder`, as Vite built and compressed them. Files under /assets carry a hash in their names
 * and may be kept for ever. Every other path without an extension is the page itself, which knows its own routes.
 * Throws when the page has not been built.
 */
export function pageFiles(folder: string): Koa.Middleware<State> {
  if (!existsSync(join(folder, "index.html")))
    throw new Error(`The page is not in ${folder}. Build it with \`npm run build\`.`);
  const serve = sirv(folder, {
    brotli: true,
    gzip: true,
    etag: true,
    single: true,
    setHeaders: (answer, path) =>
      answer.setHeader(
        "Cache-Control",
        path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      ),
  });
  return async (ctx, next) => {
    if (ctx.method !== "GET" && ctx.method !== "HEAD") return next();
    ctx.state.route = ctx.path.startsWith("/assets/") ? "/assets/:file" : "/";
    ctx.respond = false;
    ctx.status = 200;
    const found = await new Promise<boolean>((resolve) => {
      ctx.res.once("close", () => resolve(true));
      serve(ctx.req, ctx.res, () => resolve(false));
    });
    if (found) return;
    ctx.respond = true;
    return next();
  };
}
