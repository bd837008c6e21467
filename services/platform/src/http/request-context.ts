import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Logger } from "../log.ts";
import type { RequestContext } from "../request-context.ts";
import type { Identity } from "./api-keys.ts";

/** What the middleware pass on to each other. */
export interface State {
  /** `caller` is filled in once the key is known. */
  context: RequestContext & { caller: string };
  identity?: Identity;
  /** The template of the matched route, for metrics and logs: never the raw path, which may name a person. */
  route: string;
}

const requestIdForm = /^[A-Za-z0-9._-]{1,128}$/;
const traceparentForm = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Reads who asks, under which id, and until when. A deadline handed on by a caller can only shorten ours. */
export function contextOf(request: IncomingMessage, timeoutMs: number, log: Logger): State["context"] {
  const { "x-request-id": id, traceparent, "x-deadline-ms": handedOn } = request.headers;
  const requestId = typeof id === "string" && requestIdForm.test(id) ? id : randomUUID();
  const budget = typeof handedOn === "string" && /^\d{1,9}$/.test(handedOn) ? Number(handedOn) : timeoutMs;
  let child: Logger | undefined;
  return {
    requestId,
    traceparent: typeof traceparent === "string" && traceparentForm.test(traceparent) ? traceparent : undefined,
    deadline: performance.now() + Math.min(budget, timeoutMs),
    caller: "anonymous",
    // Made when first used: most requests log nothing but their one line.
    get log() {
      child ??= log.child({ request_id: requestId });
      return child;
    },
  };
}
