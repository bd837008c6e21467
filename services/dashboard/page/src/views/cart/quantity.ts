export const maxQuantity = 99;

/** What a person typed as how many: 1 to 99; undefined when it is not that. */
export function parseQuantity(text: string): number | undefined {
  if (!/^\d{1,2}$/.test(text.trim())) return undefined;
  const quantity = Number(text);
  return quantity >= 1 ? quantity : undefined;
}

export const quantityForm = `From 1 to ${maxQuantity}.`;
