import type { Product, ProductEdit } from "../../api/catalog.ts";
import { digitsOf, parseMoney } from "../../format/money.ts";

/** A product as it stands in a form: what was typed. */
export interface Draft {
  readonly name: string;
  readonly sku: string;
  readonly description: string;
  readonly price: string;
}
export type Field = keyof Draft;
export const fields: readonly Field[] = ["name", "sku", "description", "price"];
export const fieldNames: Readonly<Record<Field, string>> = {
  name: "Name",
  sku: "SKU",
  description: "Description",
  price: "Price",
};

export const emptyDraft: Draft = { name: "", sku: "", description: "", price: "" };

export const draftOf = ({ name, sku, description, price, currency }: Product): Draft => ({
  name,
  sku,
  description,
  price: price.toFixed(digitsOf(currency)),
});

/** Whether two drafts mean the same in a field: "5" is the price "5.00". */
export function sameIn(field: Field, one: Draft, other: Draft, currency: string): boolean {
  if (one[field] === other[field]) return true;
  const price = parseMoney(one.price, currency);
  return field === "price" && price !== undefined && price === parseMoney(other.price, currency);
}

/** The fields in which a draft differs from what it began with. */
export const changedFields = (base: Draft, draft: Draft, currency: string): readonly Field[] =>
  fields.filter((field) => !sameIn(field, base, draft, currency));

/** The edit that makes `base` what the draft says. Call it when `faultsOf` found nothing. */
export function editOf(base: Draft, draft: Draft, currency: string): ProductEdit {
  const changed = changedFields(base, draft, currency);
  return Object.fromEntries(
    changed.map((field) => [field, field === "price" ? parseMoney(draft.price, currency) : draft[field]]),
  );
}
