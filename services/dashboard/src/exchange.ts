import type { ClientRequest, IncomingMessage } from "node:http";
import { Problem } from "@shop/platform";

interface Bounds {
  /** On the clock of `performance.now()`. */
  readonly until: number;
  readonly bodyLimit: number;
  readonly service: string;
}

/** Resolves to the answer when its head has come; its body follows within the same time, or the connection is broken. */
export function exchange(send: () => ClientRequest, body: IncomingMessage, bounds: Bounds): Promise<IncomingMessage> {
  const { until, bodyLimit, service } = bounds;
  return new Promise((resolve, reject) => {
    const hasBody = body.headers["content-length"] !== undefined || body.headers["transfer-encoding"] !== undefined;
    let mayRepeat = body.method === "GET" && !hasBody;

    const over = () => {
      mayRepeat = false;
      clearTimeout(timer);
      body.socket.off("close", leave);
    };
    const end = (problem: Problem) => {
      over();
      reject(problem);
      sending.destroy();
    };
    const leave = () => end(new Unavailable(service, "abandoned", "was not waited for"));
    const timer = setTimeout(
      () => end(new Unavailable(service, "timeout", "did not answer in time")),
      until - performance.now(),
    );
    body.socket.once("close", leave);

    const begin = (): ClientRequest => {
      const request = send();
      request.once("response", (answer) => {
        answer.once("close", over);
        if (isOurs(answer)) resolve(answer);
        else end(new Unavailable(service, "garbage", "gave an answer that is none of its own"));
      });
      request.on("error", (error: NodeJS.ErrnoException) => {
        // A connection that was kept alive was closed just when it was used again: the service has seen nothing of this.
        if (!mayRepeat || !request.reusedSocket || error.code !== "ECONNRESET") return end(unreached(service, error));
        mayRepeat = false;
        sending = begin();
        sending.end();
      });
      return request;
    };
    let sending = begin();
    if (!hasBody) return void sending.end();
    let bytes = 0;
    body.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bodyLimit) end(tooLarge(bodyLimit));
    });
    body.pipe(sending);
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

export const tooLarge = (limit: number): Problem =>
  new Problem(413, "payload-too-large", `A body may have ${limit} bytes.`);
