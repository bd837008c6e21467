import joi from "joi";
import { notFound } from "../problem.ts";

/** Text a person typed: trimmed length within bounds, well-formed Unicode (no lone surrogate), no control characters but line breaks and tabs. */
export const text = (max: number): joi.StringSchema =>
  joi
    .string()
    .max(max)
    .custom((value: string, helpers) => (isClean(value) ? value : helpers.message({ custom: unclean })));

const unclean = "{{#label}} must be well-formed text without control characters";

const isClean = (value: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  value.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value);

/** An integer id in a path. One that cannot exist is 404, like one that does not. */
export const numericPathId = (what: string): joi.NumberSchema =>
  joi.number().integer().min(1).max(Number.MAX_SAFE_INTEGER).required().error(notFound(what));

/** A UUID in a path, in lower case as we make them. One that cannot exist is 404, like one that does not. */
export const uuidPathId = (what: string): joi.StringSchema => uuid().required().error(notFound(what));

export const uuid = (): joi.StringSchema =>
  joi.string().pattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "a UUID in lower case");

/** The parameters of every list. `cursor` is opaque: it comes from the Link header of the page before. */
export const pageQuery = {
  limit: joi.number().integer().min(1).max(500).default(100),
  cursor: joi
    .string()
    .max(512)
    .pattern(/^[A-Za-z0-9_-]+$/, "a cursor from a Link header"),
};

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** An instant as RFC 3339 in UTC, as it goes out; comes in as any RFC 3339 time and is read as milliseconds. */
export const instant = (): joi.StringSchema => joi.string().isoDate();

/** The shape of every problem (RFC 9457), for what reads one and for the documentation. */
export const problemSchema = joi
  .object({
    type: joi.string().required(),
    title: joi.string().required(),
    status: joi.number().integer().required(),
    detail: joi.string().required(),
    code: joi.string().required(),
    request_id: joi.string().required(),
    errors: joi
      .array()
      .items(joi.object({ pointer: joi.string().allow("").required(), detail: joi.string().required() })),
  })
  .unknown(true);
