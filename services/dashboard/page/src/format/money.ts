// The services' own, because browsers go by another table, in which a forint has no hundredths.
import { digitsOf } from "../../../../platform/src/currency-digits.ts";

export { digitsOf };

export const formatMoney = (amount: number, currency: string): string => formatOf(currency).format(amount);

const formats = new Map<string, Intl.NumberFormat>();

/** Made once: making one costs more than a row of a table does. */
function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known) return known;
  const digits = digitsOf(currency);
  const format = new Intl.NumberFormat(undefined, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  formats.set(currency, format);
  return format;
}

/**
 * What a person typed as an amount of the wire: a point or a comma before at most the currency's digits, no grouping.
 * Undefined when it is none, or not above zero.
 */
export function parseMoney(text: string, currency: string): number | undefined {
  const digits = digitsOf(currency);
  const form = digits === 0 ? /^\d{1,13}$/ : new RegExp(`^\\d{1,13}([.,]\\d{1,${digits}})?$`);
  const trimmed = text.trim();
  if (!form.test(trimmed)) return undefined;
  const amount = Number(trimmed.replace(",", "."));
  return amount > 0 ? amount : undefined;
}

/** The exact difference of two amounts: counted in the smallest units, because 0.3 - 0.1 is not 0.2 to a computer. */
export function minus(amount: number, other: number, currency: string): number {
  const unit = 10 ** digitsOf(currency);
  return (Math.round(amount * unit) - Math.round(other * unit)) / unit;
}
