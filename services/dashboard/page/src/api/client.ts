import { forgetKey, sessionKey } from "../session/session.ts";
import { ApiProblem, unreachable } from "./problem.ts";

export type Service = "catalog" | "cart" | "order" | "payment";
export const services: readonly Service[] = ["catalog", "cart", "order", "payment"];

type Parameter = string | number | boolean | undefined;
export interface RequestOptions {
  readonly query?: Readonly<Record<string, Parameter>> | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** For what changes something: repeated under the same key, it happens once. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal | undefined;
  /** Instead of that of the session. */
  readonly key?: string;
}
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly etag: string | undefined;
  /** The cursor of the next page of a list. */
  readonly next: string | undefined;
  /** The answer of an earlier request under the same Idempotency-Key: it tells how things were then. */
  readonly replayed: boolean;
}
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/** Longer than a request may ever take (REQUEST_TIMEOUT_MS, 25 s at most). */
const patienceMs = 30_000;

/** Asks a service through the door. Throws ApiProblem; a key that is refused ends the session. */
export async function request<Body>(
  service: Service,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer<Body>> {
  const { query, body, headers, idempotencyKey, signal, key = sessionKey() } = options;
  const late = AbortSignal.timeout(patienceMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/api/${service}${path}${queryString(query)}`, {
      method,
      signal: signal ? AbortSignal.any([signal, late]) : late,
      headers: {
        ...(key ? { "X-API-Key": key } : {}),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable(late.aborted ? "No answer came in time." : undefined);
  }
  const parsed = parse(text);
  if (!response.ok) {
    const problem = new ApiProblem(asObject(parsed), response.status, seconds(response.headers.get("retry-after")));
    if (problem.status === 401 && key === sessionKey()) forgetKey("refused");
    throw problem;
  }
  return {
    status: response.status,
    body: parsed as Body,
    etag: response.headers.get("etag") ?? undefined,
    next: nextCursor(response.headers.get("link")),
    replayed: response.headers.get("idempotent-replayed") === "true",
  };
}

/** One page of a list. */
export async function list<Item>(service: Service, path: string, options: RequestOptions = {}): Promise<Page<Item>> {
  const { body, next } = await request<Item[]>(service, "GET", path, options);
  return { items: body, next };
}

/** The cursor in `</api/order/orders?limit=50&cursor=abc>; rel="next"` (RFC 8288). */
export function nextCursor(link: string | null): string | undefined {
  const target = /<([^>]*)>;\s*rel="next"/.exec(link ?? "")?.[1];
  return (target && new URL(target, "http://page").searchParams.get("cursor")) || undefined;
}

/** `?a=1&b=2` of what is set; empty when nothing is. */
export function queryString(query: RequestOptions["query"] = {}): string {
  const set = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return set.length === 0 ? "" : `?${new URLSearchParams(set)}`;
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw unreachable("The answer could not be read.");
  }
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const seconds = (header: string | null): number | undefined =>
  header && /^\d+$/.test(header) ? Number(header) : undefined;
