import { changedFields, type Draft, type Field, fieldNames, fields, sameIn } from "./draft.ts";

export interface Difference {
  readonly field: Field;
  readonly name: string;
  /** As somebody else has left it. */
  readonly theirs: string;
  /** As it would be after saving over it. */
  readonly yours: string;
  /** Who changed it: with "both", one of the two changes is lost. */
  readonly changedBy: "them" | "you" | "both";
}

/**
 * What two people made of one product: theirs is stored, yours is not. Yours keeps what only they have changed, so that
 * saving it over theirs undoes nothing that you did not look at.
 */
export function compare(base: Draft, theirs: Draft, draft: Draft, currency: string) {
  const mine = changedFields(base, draft, currency);
  const yours: Draft = { ...theirs, ...Object.fromEntries(mine.map((field) => [field, draft[field]])) };
  const differences = fields.flatMap((field): Difference[] => {
    const byThem = !sameIn(field, base, theirs, currency);
    const byYou = mine.includes(field);
    if (!byThem && !byYou) return [];
    const changedBy = byThem && byYou ? "both" : byThem ? "them" : "you";
    return [{ field, name: fieldNames[field], theirs: theirs[field], yours: yours[field], changedBy }];
  });
  return { yours, differences };
}
