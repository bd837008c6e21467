import { Agent } from "node:http";
import Router from "@koa/router";
import { type Metrics, type State, unknownPath } from "@shop/platform";
import type Koa from "koa";
import { createBodyRoom } from "./body-room.ts";
import { passOn } from "./pass-on.ts";

interface Parts<Name extends string> {
  /** Where each service is. */
  readonly urls: Readonly<Record<Name, string>>;
  /** What may be asked of each, as its own route table has it. */
  readonly allowed: Readonly<Record<Name, readonly (readonly [method: string, path: string])[]>>;
  readonly bodyLimit: number;
  readonly metrics: Pick<Metrics, "peerDuration">;
  readonly limit: Koa.Middleware<State>;
}

/** At most this many calls at once to one service; more wait, within their deadlines. */
const maxInFlight = 64;

/** Of bodies that are read or passed on, a part of the memory that a pod has. */
const bodyBytesAtOnce = 32 * 1024 * 1024;

/**
 * `/api/<service>/...` is passed on to that service as it came, with the caller's own key: the door has none, so nobody
 * gains rights by it. What is not in the table is 404 or 405 here.
 */
export function createDoor<Name extends string>({ urls, allowed, bodyLimit, metrics, limit }: Parts<Name>) {
  const router = new Router<State>({ prefix: "/api" });
  const agents: Agent[] = [];
  const bodies = createBodyRoom(Math.max(bodyBytesAtOnce, bodyLimit), bodyLimit);
  for (const [service, url] of Object.entries(urls) as [Name, string][]) {
    const agent = new Agent({ keepAlive: true, maxSockets: maxInFlight });
    agents.push(agent);
    const prefix = `/api/${service}`;
    const pass = passOn({ service, url: new URL(url), prefix, agent, bodies, metrics });
    for (const [method, path] of allowed[service])
      router.register(`/${service}${path}`, [method], [template(prefix + path), limit, pass]);
  }
  return {
    middleware: [router.routes() as unknown as Koa.Middleware<State>, refuseOthers(router)],
    close(): void {
      for (const agent of agents) agent.destroy();
    },
  };
}

const template =
  (route: string): Koa.Middleware<State> =>
  (ctx, next) => {
    ctx.state.route = route;
    return next();
  };

/** Under /api there is no page. */
function refuseOthers(router: Router<State>): Koa.Middleware<State> {
  const refuse = unknownPath(router);
  return (ctx, next) => (ctx.path === "/api" || ctx.path.startsWith("/api/") ? refuse(ctx, next) : next());
}
