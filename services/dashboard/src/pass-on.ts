import { type Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { giveUpAt, hasBody, invalidRequest, type Metrics, type State, unauthorized } from "@shop/platform";
import type Koa from "koa";
import type { BodyRoom } from "./body-room.ts";
import { exchange, Unavailable } from "./exchange.ts";

interface Parts {
  readonly service: string;
  readonly url: URL;
  /** What the path has in front of the service's own. */
  readonly prefix: string;
  readonly agent: Agent;
  readonly bodies: BodyRoom;
  readonly metrics: Pick<Metrics, "peerDuration">;
}

/** What of the caller's request reaches the service. Anything else, such as cookies and forwarded addresses, stays here. */
const requestHeaders = [
  "accept",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "traceparent",
  "x-api-key",
] as const;
/** What of the service's answer reaches the caller. */
const answerHeaders = [
  "allow",
  "content-length",
  "content-type",
  "etag",
  "idempotent-replayed",
  "retry-after",
  "www-authenticate",
] as const;
/** Those that hold a path of the service's, as in `</orders?cursor=...>; rel="next"`. */
const pathHeaders = ["link", "location"] as const;

/** Methods that have no body here, nor in the services. */
const bodiless = new Set(["GET", "HEAD", "DELETE"]);

/** How long before us the service shall give up, so that its answer still arrives. */
const handedOnLessMs = 300;

/**
 * Passes a request on to a service, and pipes its answer back. 503 `peer-unavailable` with `peer` when there is no answer within the
 * request's deadline, or none that an API of this shop gives; 401 for a body without a key, which no service would take;
 * 422 for a body where the method has none; and what BodyRoom throws.
 */
export function passOn({ service, url, prefix, agent, bodies, metrics }: Parts): Koa.Middleware<State> {
  const target = { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port || 80, agent };
  const base = url.pathname.replace(/\/$/, "");

  return async (ctx) => {
    const { context } = ctx.state;
    if (hasBody(ctx.req) && !ctx.req.headers["x-api-key"]) throw unauthorized();
    const { body, done } = await bodies.read(ctx.req, context.deadline);
    if (ctx.res.closed) done();
    else ctx.res.once("close", done);
    if (body && bodiless.has(ctx.method) && body.length > 0)
      throw invalidRequest([{ pointer: "/body", detail: "this route takes no body" }]);
    const until = giveUpAt(context.deadline);
    const began = performance.now();
    const open = (): ClientRequest =>
      request({
        ...target,
        method: ctx.method,
        path: base + ctx.path.slice(prefix.length) + ctx.search,
        headers: {
          ...picked(ctx.req.headers, requestHeaders),
          ...(body ? { "content-length": String(body.length) } : {}),
          "x-request-id": context.requestId,
          "x-deadline-ms": String(Math.max(1, Math.floor(context.deadline - began - handedOnLessMs))),
        },
      });
    const measured = (outcome: string) =>
      metrics.peerDuration.observe(
        { peer: service, operation: "pass-on", outcome },
        (performance.now() - began) / 1000,
      );
    try {
      const mayRepeat = ctx.method === "GET";
      const answer = await exchange({ service, open, body, mayRepeat, until, caller: ctx.req.socket });
      answer.once("close", () => measured(answer.complete ? outcomeOf(answer.statusCode ?? 0) : "failing"));
      ctx.status = answer.statusCode ?? 502;
      ctx.set(picked(answer.headers, answerHeaders));
      for (const name of pathHeaders) {
        const value = answer.headers[name];
        if (typeof value === "string") ctx.set(name, value.replace(/(^|<)\//, `$1${prefix}/`));
      }
      ctx.set("Cache-Control", "no-store");
      hand(answer, ctx);
    } catch (error) {
      if (error instanceof Unavailable && error.reason !== "abandoned") {
        measured(error.reason);
        const { reason, cause: detail } = error;
        context.log.warn({ peer: service, reason, detail }, "a service gave no answer to the door");
      }
      throw error;
    }
  };
}

/** The body as it comes; an answer that breaks off breaks off here too, so that nobody takes a part for the whole. */
function hand(answer: IncomingMessage, ctx: Koa.ParameterizedContext<State>): void {
  const { status } = ctx;
  if (ctx.method === "HEAD" || status === 204 || status === 304) {
    answer.resume();
    ctx.body = null;
    ctx.status = status;
    return;
  }
  answer.once("error", () => ctx.res.destroy());
  // Past Koa, which makes an AbortSignal for every stream.
  ctx.respond = false;
  answer.pipe(ctx.res);
}

const picked = (headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );

/** In the words that calls between services are counted by. */
const outcomeOf = (status: number): string => (status < 400 ? "ok" : status < 500 ? "client-error" : "failing");
