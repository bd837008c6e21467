import type joi from "joi";
import { withoutValues } from "../config.ts";
import { invalidRequest } from "../problem.ts";

export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

const options: joi.ValidationOptions = {
  abortEarly: false,
  messages: withoutValues,
  errors: { wrap: { label: false } },
};
const optionsOf = { path: options, query: options, body: { ...options, convert: false } };

const escapeToken = (token: string | number): string => String(token).replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * Checks one part of a request and returns the typed value; adds what is wrong to `faults`, each with a JSON pointer
 * (RFC 6901) into `{path, query, body}`. Text is converted in path and query; a body's types must be right as they are.
 * A schema made with `.error(problem)` throws that problem instead (an id that cannot exist is a 404).
 */
export function validate(
  part: "path" | "query" | "body",
  schema: joi.Schema,
  given: unknown,
  faults: Fault[],
): unknown {
  const { value, error } = schema.validate(given, optionsOf[part]);
  if (!error) return value;
  if (!("details" in error)) throw error;
  for (const detail of error.details)
    faults.push({ pointer: `/${[part, ...detail.path].map(escapeToken).join("/")}`, detail: detail.message });
  return undefined;
}

export function throwFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalidRequest([...faults]);
}
