import { parseQuantity } from "./quantity.ts";

test.each([
  ["1", 1],
  [" 99 ", 99],
  ["007", undefined],
  ["0", undefined],
  ["100", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["1e1", undefined],
  ["", undefined],
])("%j as a quantity is %p", (text, quantity) => {
  expect(parseQuantity(text)).toBe(quantity);
});
