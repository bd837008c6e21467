import type { ApiProblem } from "../../api/problem.ts";
import { formatMoney } from "../../format/money.ts";

interface PriceChange {
  readonly product_id: number;
  readonly given: number;
  readonly current: number;
}
interface Shortage {
  readonly product_id: number;
  readonly requested: number;
  readonly available: number;
}

/** Why an order or a payment was refused, line by line where the API says so; `nameOf` gives products their names. */
export function refusalLines(
  problem: ApiProblem,
  currency: string,
  nameOf: (productId: number) => string,
): readonly string[] {
  const { prices, shortages, product_ids } = problem.members as {
    prices?: readonly PriceChange[];
    shortages?: readonly Shortage[];
    product_ids?: readonly number[];
  };
  switch (problem.code) {
    case "price-changed":
      return (prices ?? []).map(
        ({ product_id, given, current }) =>
          `${nameOf(product_id)}: it was ${formatMoney(given, currency)}, and is ${formatMoney(current, currency)} now.`,
      );
    case "insufficient-stock":
      return (shortages ?? []).map(
        ({ product_id, requested, available }) => `${nameOf(product_id)}: ${requested} wanted, ${available} available.`,
      );
    case "inactive-product":
    case "unknown-product":
      return (product_ids ?? []).map((id) => `${nameOf(id)} is not sold any more.`);
    default:
      return [];
  }
}
