import joi from "joi";
import { digitsOf } from "./currency-digits.ts";

/** Money inside: a whole count of the currency's minor units (cents). Never a float, never negative here. */
export type MinorUnits = number;

/** The largest amount on the wire, far from where a double loses minor units. */
export const maxMinorUnits = 1_000_000_000_000;

export interface Currency {
  readonly code: string;
  readonly exponent: number;
  /** `99999` -> `999.99`. Exact: an integer below 2^53 over a power of ten is the nearest double, which prints shortest. */
  toWire(amount: MinorUnits): number;
  /** `999.99` -> `99999`; undefined when the number has more digits than the currency, or is out of range. */
  fromWire(amount: number): MinorUnits | undefined;
}

export function currency(code: string): Currency {
  const exponent = digitsOf(code);
  const scale = 10 ** exponent;
  return {
    code,
    exponent,
    toWire: (amount) => amount / scale,
    fromWire(amount) {
      const minor = Math.round(amount * scale);
      const exact = Number.isSafeInteger(minor) && minor / scale === amount && Math.abs(minor) <= maxMinorUnits;
      return exact ? minor : undefined;
    },
  };
}

/** The schema of an amount on the wire, read as minor units. `min` is in minor units too: 1, or 0 where free is allowed. */
export function moneySchema(unit: Currency, min: MinorUnits = 1): joi.NumberSchema {
  const digits = `{{#label}} must have at most ${unit.exponent} digits after the point`;
  return joi
    .number()
    .unsafe()
    .min(unit.toWire(min))
    .max(unit.toWire(maxMinorUnits))
    .custom((value: number, helpers) => unit.fromWire(value) ?? helpers.message({ custom: digits }));
}

/** The schema of an amount in an answer. */
export const moneyAnswer = (): joi.NumberSchema => joi.number().min(0);

/** The schema of `SHOP_CURRENCY`: a code of ISO 4217. */
export const currencyCode = (): joi.StringSchema =>
  joi
    .string()
    .pattern(/^[A-Z]{3}$/, "a currency code of three capital letters")
    .default("USD");
