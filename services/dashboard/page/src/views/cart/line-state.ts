import type { CartLine, LineIssue } from "../../api/cart.ts";
import type { Tone } from "../../components/badge.tsx";

export interface LineState {
  readonly badge: string;
  readonly tone: Tone;
  /** What it means, and what can be done. */
  readonly words: string;
}

const issues: Readonly<Record<LineIssue, LineState>> = {
  unavailable: {
    badge: "Not sold any more",
    tone: "bad",
    words: "It is not in the total. Remove it to check out.",
  },
  insufficient_stock: {
    badge: "Short stock",
    tone: "bad",
    words: "There are fewer left than this. Choose a smaller quantity.",
  },
  price_changed: {
    badge: "Price changed",
    tone: "warning",
    words: "The price in force is shown. Checking out, or changing the quantity, accepts it.",
  },
};

const unchecked: LineState = {
  badge: "Not checked yet",
  tone: "info",
  words: "The catalog could not be asked about it. It is checked when the catalog is back.",
};

/** What there is to know about a line; nothing when all is well. */
export function lineStates(line: CartLine): readonly LineState[] {
  const found = line.issues.map((issue) => issues[issue]);
  return line.verified ? found : [...found, unchecked];
}

/** Whether a person should look at the line before it is ordered. */
export const needsALook = (line: CartLine): boolean => line.issues.length > 0;

/** The name of a line's product; its number while the catalog has not told the name. */
export const nameOf = ({ name, product_id }: Pick<CartLine, "name" | "product_id">): string =>
  name ?? `Product ${product_id}`;
