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
        if (!mayRepeat || !request.reusedSocket || error.code !== "ECONNRESET")
          return end(new Unavailable(service, "refused", "cannot be reached"));
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

/** 503 `peer-unavailable`; `outcome` is for the metrics. */
export class Unavailable extends Problem {
  readonly outcome: "abandoned" | "timeout" | "garbage" | "refused";

  constructor(peer: string, outcome: Unavailable["outcome"], what: string) {
    const detail = `The ${peer} service ${what}. A request that changes something may have been carried out; repeat it under the same Idempotency-Key.`;
    super(503, "peer-unavailable", detail, { peer }, { "Retry-After": "1" });
    this.outcome = outcome;
  }
}

export const tooLarge = (limit: number): Problem =>
  new Problem(413, "payload-too-large", `A body may have ${limit} bytes.`);
