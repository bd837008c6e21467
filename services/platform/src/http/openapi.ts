import type joi from "joi";
import { keyForm } from "../idempotency/request-key.ts";
import { anyKey, heedsIdempotencyKey, type Route } from "./route.ts";
import { problemSchema } from "./schemas.ts";

export interface OpenApiSource {
  readonly service: string;
  readonly version: string;
  readonly routes: readonly Route[];
}

type Json = Record<string, unknown>;
export interface Operation extends Json {
  operationId: string;
  summary: string;
  parameters: { name: string; in: string; required: boolean; description?: string; schema: Json }[];
  requestBody?: { required: true; content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Json }>; headers?: Json }>;
}
export interface OpenApiDocument extends Json {
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
}

/** JSON Schema 2020-12, which OpenAPI 3.1 takes as it is, by joi's own conversion (Standard JSON Schema). */
export function jsonSchema(schema: joi.Schema, direction: "input" | "output" = "input"): Json {
  return schema["~standard"].jsonSchema[direction]({ target: "draft-2020-12" }) as Json;
}

const commonProblems: Readonly<Record<number, readonly string[]>> = {
  401: ["unauthorized"],
  403: ["forbidden"],
  422: ["invalid-request"],
  503: ["overloaded", "database-unavailable"],
};
const bodyProblems: typeof commonProblems = {
  400: ["malformed-json"],
  413: ["payload-too-large"],
  415: ["unsupported-media-type"],
};

const keyProblems: typeof commonProblems = { 409: ["idempotency-in-flight"], 422: ["idempotency-key-reused"] };
const keyParameter: Operation["parameters"][number] = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "Chosen by the caller, one for each intent. A repetition under it changes nothing more, and gets the first answer with `Idempotent-Replayed: true`.",
  schema: { type: "string", pattern: keyForm },
};

/** The OpenAPI 3.1 document of a service, derived from the very schemas its routes check with. */
export function openApi({ service, version, routes }: OpenApiSource): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: `Shop: ${service}`, version },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    security: [{ apiKey: [] }],
    components: {
      securitySchemes: { apiKey: { type: "apiKey", in: "header", name: "X-API-Key" } },
      schemas: { Problem: jsonSchema(problemSchema, "output") },
    },
    paths,
  };
}

function operation(route: Route): Operation {
  return {
    operationId: route.operation,
    summary: route.summary,
    description: route.scope === anyKey ? "Any valid key may." : `Needs the scope \`${route.scope}\`.`,
    parameters: [
      ...parameters("path", route.params),
      ...parameters("query", route.query),
      ...parameters("header", route.headers),
      ...(heedsIdempotencyKey(route) ? [keyParameter] : []),
    ],
    ...(route.body ? { requestBody: { required: true as const, content: json(jsonSchema(route.body)) } } : {}),
    responses: { ...successes(route), ...problems(route) },
  };
}

const json = (schema: Json, type = "application/json") => ({ [type]: { schema } });

function parameters(place: string, schema: joi.ObjectSchema | undefined): Operation["parameters"] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, described]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: described,
  }));
}

function successes(route: Route): Operation["responses"] {
  const entries = Object.entries(route.answers).map(([status, schema]) => [
    status,
    {
      description: Number(status) === 304 ? "Not changed" : "Done",
      ...(schema ? { content: json(jsonSchema(schema, "output")) } : {}),
    },
  ]);
  return Object.fromEntries(entries);
}

function problems(route: Route): Operation["responses"] {
  const sources = [
    commonProblems,
    ...(route.body ? [bodyProblems] : []),
    ...(heedsIdempotencyKey(route) ? [keyProblems] : []),
    route.problems ?? {},
  ];
  const codes = new Map<number, string[]>(route.params && !route.problems?.[404] ? [[404, ["not-found"]]] : []);
  for (const source of sources)
    for (const [status, added] of Object.entries(source))
      codes.set(Number(status), [...(codes.get(Number(status)) ?? []), ...added]);
  const content = json({ $ref: "#/components/schemas/Problem" }, "application/problem+json");
  const described = (code: string) => `\`${code}\``;
  return Object.fromEntries(
    [...codes].map(([status, all]) => [status, { description: all.map(described).join(", "), content }]),
  );
}
