import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { Problem } from "@shop/platform";

interface Exchange {
  readonly service: string;
  /** Makes the request, without sending it yet. */
  readonly open: () => ClientRequest;
  /** Whole, so that its length is known: bytes of a caller's never stand on a shared connection without a frame. */
  readonly body: Buffer | undefined;
  readonly mayRepeat: boolean;
  /** On the clock of `performance.now()`. */
  readonly until: number;
  /** When it closes, nobody waits for the answer any more. */
  readonly caller: Socket;
}

/**
 * Resolves to the answer when its head has come; its body follows within the same time, or the connection is broken.
 * Rejects with Unavailable.
 */
export function exchange({ service, open, body, mayRepeat, until, caller }: Exchange): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let sending: ClientRequest | undefined;
    let repeats = mayRepeat ? 1 : 0;

    const over = () => {
      repeats = 0;
      clearTimeout(timer);
      caller.off("close", leave);
    };
    const end = (problem: Unavailable) => {
      over();
      reject(problem);
      sending?.destroy();
    };
    const leave = () => end(new Unavailable(service, "abandoned", "was not waited for"));
    const timer = setTimeout(
      () => end(new Unavailable(service, "timeout", "did not answer in time")),
      until - performance.now(),
    );
    caller.once("close", leave);

    const send = () => {
      const request = open();
      sending = request;
      request.once("response", (answer) => {
        answer.once("close", over);
        if (isOurs(answer)) resolve(answer);
        else end(new Unavailable(service, "garbage", "gave an answer that is none of its own"));
      });
      request.on("error", (error: NodeJS.ErrnoException) => {
        // A connection that was kept alive was closed just when it was used again: the service has seen nothing of this.
        if (repeats === 0 || !request.reusedSocket || error.code !== "ECONNRESET")
          return end(unreached(service, error));
        repeats -= 1;
        send();
      });
      request.end(body);
    };
    send();
  });
}

/** The APIs speak JSON. Anything else, such as a page of something that took the service's place, is not handed to a browser. */
const isOurs = ({ statusCode = 0, headers }: IncomingMessage): boolean =>
  statusCode === 204 || statusCode === 304 || /^application\/(problem\+)?json\b/.test(headers["content-type"] ?? "");

/** Refused when nobody listens; failing when a connection broke, and the request may have been carried out. */
const unreached = (service: string, { code = "" }: NodeJS.ErrnoException): Unavailable =>
  nobodyThere.has(code)
    ? new Unavailable(service, "refused", "cannot be reached", code)
    : new Unavailable(service, "failing", "broke the connection", code);
const nobodyThere = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** 503 `peer-unavailable`; why, in the words of calls between services, and that the caller left before. */
export class Unavailable extends Problem {
  readonly reason: "timeout" | "garbage" | "refused" | "failing" | "abandoned";
  /** An error code: safe to log, says nothing that came from outside. */
  override readonly cause: string | undefined;

  constructor(peer: string, reason: Unavailable["reason"], what: string, cause?: string) {
    const detail = `The ${peer} service ${what}. A request that changes something may have been carried out; repeat it under the same Idempotency-Key.`;
    super(503, "peer-unavailable", detail, { peer }, { "Retry-After": "1" });
    this.reason = reason;
    this.cause = cause;
  }
}
