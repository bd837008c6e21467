import type { ApiProblem } from "../../api/problem.ts";
import { digitsOf, parseMoney } from "../../format/money.ts";
import type { Draft } from "./draft.ts";

/** What is wrong, by field. */
export type Faults = Readonly<Record<string, string>>;

/** What needs no service to be told. The rest is the catalog's: its faults come back by field. */
export function faultsOf({ name, price }: Draft, currency: string): Faults {
  const example = (19).toFixed(digitsOf(currency));
  return {
    ...(name.trim() === "" ? { name: "A product needs a name." } : {}),
    ...(parseMoney(price, currency) === undefined
      ? { price: `Enter an amount in ${currency} above zero, such as ${example}.` }
      : {}),
  };
}

/** A whole number as somebody typed it; undefined when it is none. */
export function parseCount(text: string): number | undefined {
  const trimmed = text.trim().replace("\u2212", "-");
  return /^[+-]?\d{1,10}$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** The faults of a refusal by field (`/body/price` is `price`); empty when it has nothing to do with a field. */
export function faultsIn(problem: ApiProblem | undefined): Faults {
  if (problem?.code === "sku-taken") return { sku: "Another product has this SKU. Choose another." };
  const inBody = (problem?.errors ?? []).filter(({ pointer }) => pointer.startsWith("/body/"));
  return Object.fromEntries(inBody.map(({ pointer, detail }) => [pointer.slice("/body/".length), detail]));
}
