import type joi from "joi";
import { parseJson } from "./body.ts";
import { type Fault, prepared, throwFaults, validate } from "./validate.ts";

/** Reads JSON that came inside of something else by the rules of a body. The reader throws 400 and 422, as a route does. */
export function jsonReader<Value>(schema: joi.Schema<Value>): (bytes: Buffer) => Value {
  const own = prepared("body", schema);
  return (bytes) => {
    const faults: Fault[] = [];
    const value = validate("body", own, parseJson(bytes), faults);
    throwFaults(faults);
    return value as Value;
  };
}
