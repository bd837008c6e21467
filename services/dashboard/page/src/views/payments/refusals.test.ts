import { ApiProblem } from "../../api/problem.ts";
import { refusalLines } from "./refusals.ts";

const lines = (body: Record<string, unknown>) =>
  refusalLines(new ApiProblem(body, 409), "USD", (id) => (id === 1 ? "Pen" : `Product ${id}`));

test.each([
  [{ code: "price-changed", prices: [{ product_id: 1, given: 9, current: 9.5 }] }, /Pen: .*9\.00.*9\.50/],
  [{ code: "insufficient-stock", shortages: [{ product_id: 2, requested: 3, available: 1 }] }, /Product 2: 3 .* 1 /],
  [{ code: "inactive-product", product_ids: [1] }, /Pen is not sold/],
])("%j is told product by product", (body, said) => {
  expect(lines(body)).toEqual([expect.stringMatching(said)]);
});

test("a refusal without details has no lines", () => {
  expect([lines({ code: "price-changed" }), lines({ code: "cart-empty" })]).toEqual([[], []]);
});
