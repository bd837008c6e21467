import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Fault } from "../http/validate.ts";

/** As in the documentation of every route that heeds the header. */
export const keyForm = "^[\\x21-\\x7e]{1,255}$";
const form = new RegExp(keyForm);

/** The request's key; undefined without one, or with one that is added to `faults`. */
export function keyOf(headers: IncomingHttpHeaders, faults: Fault[]): string | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && form.test(key)) return key;
  faults.push({
    pointer: "/header/Idempotency-Key",
    detail: "Idempotency-Key must be 1 to 255 visible ASCII characters",
  });
  return undefined;
}

/** Tells one request from another under the same key. `path` as it came, without the query; each parameter once. */
export function fingerprintOf(request: {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly rawBody: Buffer;
}): string {
  const query = Object.entries(request.query).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([request.method, request.path, query]))
    .update("\n")
    .update(request.rawBody)
    .digest("hex");
}
