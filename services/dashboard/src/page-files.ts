import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { State } from "@shop/platform";
import type Koa from "koa";

interface File {
  readonly type: string;
  readonly etag: string;
  /** By content encoding: what Vite's build has put beside the file. */
  readonly bytes: Readonly<Record<"identity" | "gzip" | "br", Buffer | undefined>>;
}

const likeFile = /^\/assets\/|^\/[^/]*\.\w+$/;
const forEver = "public, max-age=31536000, immutable";

/**
 * The files of the page from `folder`, as Vite built and compressed them, kept in memory: they are few and small, and
 * what is served stays whole while the folder is built anew. Files under /assets carry a hash in their names and may be
 * kept for ever. Every other path is the page itself, which knows its own routes, unless it looks like a file at the top,
 * as /robots.txt does: customers may have dots in their names. Throws when the page has not been built.
 */
export function pageFiles(folder: string): Koa.Middleware<State> {
  if (!existsSync(join(folder, "index.html")))
    throw new Error(`The page is not in ${folder}. Build it with \`npm run build\`.`);
  const files = readFiles(folder);
  const page = files.get("/index.html");
  return (ctx, next) => {
    if (ctx.method !== "GET" && ctx.method !== "HEAD") return next();
    const file = files.get(ctx.path) ?? (likeFile.test(ctx.path) ? undefined : page);
    if (!file) return next();
    const inAssets = ctx.path.startsWith("/assets/");
    ctx.state.route = inAssets ? "/assets/:file" : "/";
    ctx.set("Cache-Control", inAssets ? forEver : "no-cache");
    ctx.vary("Accept-Encoding");
    ctx.status = 200;
    ctx.etag = file.etag;
    if (ctx.fresh) {
      ctx.status = 304;
      return;
    }
    const [encoding, bytes] = encoded(file, ctx);
    if (encoding !== "identity") ctx.set("Content-Encoding", encoding);
    ctx.type = file.type;
    ctx.body = bytes;
  };
}

function readFiles(folder: string): Map<string, File> {
  const files = new Map<string, File>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.(br|gz)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = readFileSync(file);
    const beside = (suffix: string) => (existsSync(file + suffix) ? readFileSync(file + suffix) : undefined);
    files.set(`/${relative(folder, file).split(sep).join("/")}`, {
      type: extname(file),
      etag: hash("sha256", bytes, "base64url").slice(0, 22),
      bytes: { identity: bytes, gzip: beside(".gz"), br: beside(".br") },
    });
  }
  return files;
}

/** The smallest form that the browser takes. */
function encoded({ bytes }: File, ctx: Koa.ParameterizedContext<State>): readonly [encoding: string, bytes: Buffer] {
  for (const encoding of ["br", "gzip"] as const) {
    const form = bytes[encoding];
    if (form && ctx.acceptsEncodings(encoding) === encoding) return [encoding, form];
  }
  return ["identity", bytes.identity ?? Buffer.alloc(0)];
}
