import type { RequestContext } from "@shop/platform";

/** A sweep has half a minute, and one call to a peer no longer than a request would give it. */
export const within = (context: RequestContext, ms: number): RequestContext => ({
  ...context,
  deadline: Math.min(context.deadline, performance.now() + ms),
});
