import { addressOf, filterOf } from "./shop-filter.ts";

test("what the address asks for is the filter, and the filter is the address", () => {
  const query = { q: "pen", in_stock: "true", sort: "-price", cursor: "abc" };
  expect(filterOf(query)).toMatchObject({ q: "pen", in_stock: true, sort: "-price", cursor: "abc", active: true });
  expect(addressOf(filterOf(query))).toEqual({ q: "pen", in_stock: true, sort: "-price" });
});

test("what cannot be asked for is left out", () => {
  expect(addressOf(filterOf({ in_stock: "maybe", sort: "colour", q: "" }))).toEqual({});
  expect(filterOf({ q: "x".repeat(200) }).q).toHaveLength(100);
});
