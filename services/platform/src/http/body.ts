import type { IncomingMessage } from "node:http";
import { invalidRequest, Problem } from "../problem.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The bytes of a request's body. Throws 413 past the limit, before more than the limit is held, and 408 when it is not
 * there by `deadline`, on the clock of `performance.now()`.
 */
export function readBody(request: IncomingMessage, limit: number, deadline: number): Promise<Buffer> {
  const tooLarge = () => new Problem(413, "payload-too-large", `The body may have at most ${limit} bytes.`);
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"] ?? 0) > limit) return reject(tooLarge());
    const chunks: Buffer[] = [];
    let size = 0;
    const giveUp = (problem: Problem) => {
      clearTimeout(timer);
      request.removeAllListeners("data");
      request.resume();
      reject(problem);
    };
    const timer = setTimeout(() => giveUp(bodyTooSlow()), deadline - performance.now());
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) giveUp(tooLarge());
      else chunks.push(chunk);
    });
    request.on("end", () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    request.on("error", reject);
    request.on("close", () => {
      clearTimeout(timer);
      if (!request.complete) reject(new Problem(400, "malformed-json", "The body ended early."));
    });
  });
}

/** The connection ends with the answer: the rest of the body is not waited for. */
const bodyTooSlow = () =>
  new Problem(408, "request-timeout", "The request did not arrive in time.", {}, { Connection: "close" });

/** Whether the request carries a body at all (RFC 9112, section 6.3). */
export const hasBody = (request: IncomingMessage): boolean =>
  request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;

/** 415 unless the body says it is JSON in UTF-8 and not compressed. */
export function requireJson(request: IncomingMessage): void {
  const type = request.headers["content-type"] ?? "";
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type) || encoding !== "identity")
    throw new Problem(415, "unsupported-media-type", "Send the body as application/json, UTF-8, not compressed.");
}

/** The JSON value in these bytes. Throws 400 for broken UTF-8 or JSON, 422 for a field that no schema would see. */
export function parseJson(bytes: Buffer): unknown {
  let value: unknown;
  let text: string;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new Problem(400, "malformed-json", "The body is not valid JSON in UTF-8.");
  }
  if (/__proto__|\\u005f/i.test(text)) JSON.parse(text, refuseProto);
  return value;
}

/** JSON may name a field `__proto__`, which copies of an object leave out: it would be ignored instead of refused. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === "__proto__") throw invalidRequest([{ pointer: "/body", detail: "__proto__ is not allowed" }]);
  return value;
}
