import type { IncomingHttpHeaders } from "node:http";
import type Joi from "joi";
import type { PeerFailure } from "./peer-failure.ts";

/** A peer's answer as it came off the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A peer's checked answer. Callers may share one object: read it, do not change it. */
export interface PeerAnswer {
  readonly status: number;
  /** Parsed JSON; undefined for 204 and 304. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const withoutBody = new Set([204, 304]);
const mayPassSoon = new Set([500, 502, 503, 504]);

/**
 * Judges an answer: an expected status must match its schema (unknown fields are kept, nothing is converted), another
 * 4xx must be a problem document with a `code`, 5xx is "failing", 401 and 403 are "unauthorized", the rest is "garbage".
 */
export function readAnswer(raw: RawAnswer, answers: Readonly<Record<number, Joi.Schema>>): PeerAnswer | PeerFailure {
  const { status } = raw;
  const schema = answers[status];
  if (schema === undefined) {
    if (status === 401) return { reason: "unauthorized", detail: "401", repeat: "with-another-key" };
    if (status === 403) return { reason: "unauthorized", detail: "403", repeat: "never" };
    if (status >= 500) return failing(raw);
  }

  let body: unknown;
  try {
    body = raw.text === "" ? undefined : JSON.parse(raw.text);
  } catch {
    return garbage(`${status} not-json`);
  }

  const answer = { status, body, headers: raw.headers as PeerAnswer["headers"] };
  if (schema === undefined) return isProblem(raw, body) ? answer : garbage(`${status} unexpected`);
  if (body === undefined) return withoutBody.has(status) ? answer : garbage(`${status} empty`);
  const { error, value } = schema.validate(body, { allowUnknown: true, convert: false });
  const fault = error?.details[0];
  return fault ? garbage(`${status} ${fault.type} at /${fault.path.join("/")}`) : { ...answer, body: value };
}

const garbage = (detail: string): PeerFailure => ({ reason: "garbage", detail, repeat: "never" });

function failing({ status, headers }: RawAnswer): PeerFailure {
  const retryAfterS = secondsUntil(headers["retry-after"]);
  // A peer that says when to come again is not asked again before.
  const repeat = mayPassSoon.has(status) && retryAfterS === undefined ? "idempotent-call" : "never";
  return { reason: "failing", detail: String(status), repeat, retryAfterS };
}

/** `Retry-After` (RFC 9110, 10.2.3) is a count of seconds or a date. */
function secondsUntil(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}

function isProblem({ status, headers }: RawAnswer, body: unknown): boolean {
  if (status < 400 || !headers["content-type"]?.startsWith("application/problem+json")) return false;
  return typeof body === "object" && body !== null && "code" in body && typeof body.code === "string";
}
