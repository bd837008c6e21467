import type { IncomingHttpHeaders } from "node:http";
import type joi from "joi";
import type { KeptFor } from "../idempotency/rules.ts";
import type { RequestContext } from "../request-context.ts";
import type { Identity } from "./api-keys.ts";

/** What a handler gets: checked by the route's schemas, so typed and to be trusted. */
export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The body's bytes as they came, for what signs them. Empty when the route takes no body. */
  readonly rawBody: Buffer;
  readonly headers: IncomingHttpHeaders;
  readonly context: RequestContext;
  readonly identity: Identity;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** JSON text made before; sent as it is instead of `body`. */
  readonly json?: string;
}

/** In the place of a scope: any valid key will do. */
export const anyKey = Symbol("any key");

export interface RouteDefinition<Params, Query, Body> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As in @koa/router: `/orders/:order_id`. */
  readonly path: string;
  /** The name in OpenAPI and in code, such as `place-order`. */
  readonly operation: string;
  readonly summary: string;
  /** What the caller's key must allow. */
  readonly scope: string | typeof anyKey;
  readonly params?: joi.ObjectSchema<Params>;
  readonly query?: joi.ObjectSchema<Query>;
  /** Request headers beyond the common ones, for the documentation; the handler reads them from `headers`. */
  readonly headers?: joi.ObjectSchema;
  readonly body?: joi.Schema<Body>;
  /**
   * Every POST heeds `Idempotency-Key` (docs/adr/0017) unless it says `none`, because it tells repetitions
   * by something else.
   */
  readonly idempotency?: "none";
  /** For how long a repetition gets the first answer; `24h` when left out. */
  readonly idempotencyKeptFor?: KeptFor;
  /** Each success status with the schema of its body; undefined for an empty one. */
  readonly answers: Readonly<Record<number, joi.Schema | undefined>>;
  /** The problem codes that this route adds to the common ones, by status. */
  readonly problems?: Readonly<Record<number, readonly string[]>>;
  handle(input: Input<Params, Query, Body>): Promise<Answer> | Answer;
}

/** A route as the app keeps it: its types were checked where it was written. */
export type Route = RouteDefinition<unknown, unknown, unknown>;

/** One line of a service's route table. Types of the handler's input follow from the schemas. */
export const route = <Params = unknown, Query = unknown, Body = unknown>(
  definition: RouteDefinition<Params, Query, Body>,
): Route => definition as unknown as Route;

export const heedsIdempotencyKey = ({ method, idempotency }: Pick<Route, "method" | "idempotency">): boolean =>
  method === "POST" && idempotency !== "none";

/** The JSON text of an answer; undefined for an empty one. */
export const jsonOf = ({ json, body }: Answer): string | undefined =>
  json ?? (body === undefined ? undefined : JSON.stringify(body));

/** The headers of an answer, with the type of what it holds. */
export const headersOf = (answer: Answer): Readonly<Record<string, string>> =>
  answer.json === undefined && answer.body === undefined
    ? { ...answer.headers }
    : { "Content-Type": "application/json; charset=utf-8", ...answer.headers };

export const ok = (body: unknown, headers?: Record<string, string>): Answer =>
  headers ? { status: 200, body, headers } : { status: 200, body };

export const created = (body: unknown, location?: string): Answer =>
  location ? { status: 201, body, headers: { Location: location } } : { status: 201, body };

export const accepted = (body: unknown, location: string): Answer => ({
  status: 202,
  body,
  headers: { Location: location },
});
