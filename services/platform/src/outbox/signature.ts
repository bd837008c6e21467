import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Problem } from "../problem.ts";

/** The headers of the Standard Webhooks specification, version 1 (symmetric). */
export type WebhookHeaders = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

const toleranceS = 300;
const signaturesAtMost = 16;
const longestSignatureHeader = 2048;

/** No full stop: it parts id, time and body where they are signed, so that an id with one could be read as two of them. */
const idForm = /^[\x21-\x2d\x2f-\x7e]{1,255}$/;
/** One way to write each time, because the text is what is signed. */
const timestampForm = /^[1-9]\d{0,11}$/;
/** A version of letters and digits, and base64. A header given twice arrives joined by ", ", which does not fit. */
const signatureForm = /^([A-Za-z0-9]{1,16}),([A-Za-z0-9+/_=-]{1,512})$/;

const secretForm = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;

/** The key in a secret (`whsec_` and the base64 of 24 to 64 bytes). Throws an Error that shows none of it. */
export function keyOf(secret: string): Buffer {
  const key = Buffer.from(secretForm.exec(secret)?.[1] ?? "", "base64");
  if (key.length < 24 || key.length > 64) throw new Error("must be whsec_ and the base64 of 24 to 64 bytes");
  return key;
}

/**
 * The headers under which a message goes out, with a signature by each secret: the receiver needs only one of them, so
 * that both sides may change their secrets at different times. `id` stays the same over retries, `timestampS` is that
 * of the try. Throws an Error for what no receiver would accept.
 */
export function sign(
  secrets: readonly string[],
  message: { readonly id: string; readonly timestampS: number; readonly body: string },
): WebhookHeaders {
  const timestamp = String(message.timestampS);
  if (!idForm.test(message.id)) throw new Error("A webhook's id has 1 to 255 visible ASCII characters, no full stop");
  if (!timestampForm.test(timestamp)) throw new Error("A webhook's timestamp is in whole seconds");
  if (secrets.length === 0 || secrets.length > signaturesAtMost)
    throw new Error(`A webhook is signed by 1 to ${signaturesAtMost} secrets`);
  const signatures = secrets.map((secret) => signature(secret, message.id, timestamp, message.body));
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.map((text) => `v1,${text}`).join(" "),
  };
}

/**
 * Checks the bytes that came against every secret, in constant time, and their age: 300 s either way, in seconds of
 * the wall clock. Throws 401 `unauthorized` for all that is wrong, and never says which part it was.
 * A message that passes may still be a repetition of one that was taken in: see `takeIn`.
 */
export function verify(
  secrets: readonly string[],
  headers: IncomingHttpHeaders,
  rawBody: Buffer,
  nowS: number = Math.floor(Date.now() / 1000),
): { id: string } {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": given } = headers;
  if (typeof id !== "string" || !idForm.test(id)) throw notAuthentic();
  if (typeof timestamp !== "string" || !timestampForm.test(timestamp)) throw notAuthentic();
  if (!(Math.abs(nowS - Number(timestamp)) <= toleranceS)) throw notAuthentic();

  const presented = signaturesIn(given);
  let authentic = false;
  // No early end: the time must not tell which secret, or which signature, matched.
  for (const secret of secrets) {
    const expected = Buffer.from(signature(secret, id, timestamp, rawBody));
    for (const candidate of presented)
      if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) authentic = true;
  }
  if (!authentic) throw notAuthentic();
  return { id };
}

/** Base64 of HMAC-SHA256. Compared as this text, because base64 can be written in more ways than one. */
const signature = (secret: string, id: string, timestamp: string, body: string | Buffer): string =>
  createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest("base64");

/** The signatures of version 1; others are for receivers that know them. A header that is malformed anywhere is refused. */
function signaturesIn(header: string | string[] | undefined): Buffer[] {
  if (typeof header !== "string" || header.length > longestSignatureHeader) throw notAuthentic();
  const entries = header.split(" ");
  if (entries.length > signaturesAtMost) throw notAuthentic();
  return entries.flatMap((entry) => {
    const [, version, text] = signatureForm.exec(entry) ?? [];
    if (text === undefined) throw notAuthentic();
    return version === "v1" ? [Buffer.from(text)] : [];
  });
}

const notAuthentic = (): Problem =>
  new Problem(
    401,
    "unauthorized",
    "The signature of this message does not hold.",
    {},
    { "WWW-Authenticate": "Webhook-Signature" },
  );
