import type joi from "joi";
import { reason } from "../config.ts";
import { invalidRequest } from "../problem.ts";

export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

const options: joi.ValidationOptions = { abortEarly: false, errors: { wrap: { label: false } } };
const optionsOf = { path: options, query: options, body: { ...options, convert: false } };

const escapeToken = (token: string | number): string => String(token).replaceAll("~", "~0").replaceAll("/", "~1");

type Part = keyof typeof optionsOf;

/**
 * The schema with our options built in: given with each call they would cost more than the check itself. For the same
 * reason no schema of a request has `.messages()`, which joi compiles anew at every check below a schema with options.
 */
export const prepared = (part: Part, schema: joi.Schema): joi.Schema => schema.prefs(optionsOf[part]);

/**
 * Checks one part of a request by its prepared schema and returns the typed value; adds what is wrong to `faults`,
 * each with a JSON pointer (RFC 6901) into `{path, query, body}`. Text is converted in path and query; a body's types must be right as they are.
 * A schema made with `.error(problem)` throws that problem instead (an id that cannot exist is a 404).
 */
export function validate(part: Part, schema: joi.Schema, given: unknown, faults: Fault[]): unknown {
  const { value, error } = schema.validate(given);
  if (!error) return value;
  if (!("details" in error)) throw error;
  for (const detail of error.details)
    faults.push({ pointer: `/${[part, ...detail.path].map(escapeToken).join("/")}`, detail: reason(detail) });
  return undefined;
}

export function throwFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalidRequest([...faults]);
}
