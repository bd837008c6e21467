import { ApiProblem } from "../../api/problem.ts";
import { compare } from "./conflict.ts";
import { type Draft, draftOf, editOf } from "./draft.ts";
import { faultsIn, faultsOf, parseCount } from "./faults.ts";

const base: Draft = { name: "Lamp", sku: "L-1", description: "", price: "19.90" };

test("an edit holds what was changed, and a price that means the same was not", () => {
  expect(editOf(base, { ...base, price: "19,9" }, "USD")).toEqual({});
  expect(editOf(base, { ...base, price: "20", description: "Warm" }, "USD")).toEqual({
    price: 20,
    description: "Warm",
  });
});

test("a product stands in the form with all digits of its currency", () => {
  const product = { ...base, price: 5, id: 1, stock: 0, reserved: 0, available: 0, active: true, version: 1 };
  const times = { created_at: "", updated_at: "" };
  expect(draftOf({ ...product, ...times, currency: "USD" }).price).toBe("5.00");
  expect(draftOf({ ...product, ...times, currency: "JPY" }).price).toBe("5");
});

test("of two edits, yours keeps what only they have changed, and says what both have", () => {
  const theirs = { ...base, name: "Desk lamp", price: "25.00" };
  const { yours, differences } = compare(base, theirs, { ...base, price: "22", sku: "L-2" }, "USD");
  expect(yours).toEqual({ name: "Desk lamp", sku: "L-2", description: "", price: "22" });
  expect(differences.map(({ field, changedBy }) => [field, changedBy])).toEqual([
    ["name", "them"],
    ["sku", "you"],
    ["price", "both"],
  ]);
});

test("faults of the input stand at their fields", () => {
  expect(faultsOf({ ...base, name: "  ", price: "1.999" }, "USD")).toEqual({
    name: "A product needs a name.",
    price: "Enter an amount in USD above zero, such as 19.00.",
  });
  const invalid = new ApiProblem({ errors: [{ pointer: "/body/sku", detail: "wrong" }] }, 422);
  expect(faultsIn(invalid)).toEqual({ sku: "wrong" });
  expect(faultsIn(new ApiProblem({ code: "sku-taken" }, 409)).sku).toMatch(/Another product/);
  expect(faultsIn(new ApiProblem({ code: "overloaded" }, 503))).toEqual({});
});

test.each([
  ["10", 10],
  [" -3 ", -3],
  ["\u22123", -3],
  ["+4", 4],
  ["1.5", undefined],
  ["", undefined],
  ["ten", undefined],
])("%j is the count %p", (text, count) => {
  expect(parseCount(text)).toBe(count);
});
