import type { ApiProblem } from "../../api/problem.ts";

/**
 * Why a cart cannot hold that much of a product, and what can be done; undefined where the API's own words are as good.
 */
export function addRefusal({ code, members, awayService }: ApiProblem): string | undefined {
  switch (code) {
    case "unknown-product":
      return "This product is gone from the catalog.";
    case "inactive-product":
      return "This product is not sold any more.";
    case "insufficient-stock":
      return typeof members.available === "number" && members.available > 0
        ? `Only ${members.available} can be had, with what the cart holds already.`
        : "None can be had just now.";
    case "cart-limit":
      return `A cart holds at most ${members.limit} ${members.limit === 99 ? "of a product" : "different products"}.`;
    default:
      return awayService ? "Whether the cart was changed is not known. Do the same again: it is done once." : undefined;
  }
}
