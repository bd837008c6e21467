/** `PARTIALLY_REFUNDED` as "Partially refunded". */
export function inWords(state: string): string {
  const words = state.toLowerCase().replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
