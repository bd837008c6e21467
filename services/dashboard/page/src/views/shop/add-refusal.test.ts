import { ApiProblem } from "../../api/problem.ts";
import { addRefusal } from "./add-refusal.ts";

const words = (code: string, members: object = {}, status = 409) =>
  addRefusal(new ApiProblem({ code, ...members }, status));

test("each refusal of a cart has its own words", () => {
  const said = [
    words("insufficient-stock", { available: 2 }),
    words("insufficient-stock", { available: 0 }),
    words("cart-limit", { limit: 99 }),
    words("cart-limit", { limit: 100 }),
    words("inactive-product"),
    words("unknown-product", {}, 404),
    words("peer-unavailable", { peer: "cart" }, 503),
  ];
  expect(said[0]).toContain("Only 2");
  expect(said[2]).toContain("99 of a product");
  expect(said[3]).toContain("100 different products");
  expect(new Set(said).size).toBe(said.length);
});

test("what it does not know is left to the API's own words", () => {
  expect(words("invalid-request", {}, 422)).toBeUndefined();
});
