import { formatMoney, minus, parseMoney } from "./money.ts";

test.each([
  ["19.99", "USD", 19.99],
  ["19,9", "USD", 19.9],
  [" 5 ", "USD", 5],
  ["500", "JPY", 500],
  ["1.234", "KWD", 1.234],
])("%s %s is an amount", (text, currency, amount) => {
  expect(parseMoney(text, currency)).toBe(amount);
});

test.each([
  ["", "USD"],
  ["0", "USD"],
  ["-1", "USD"],
  ["1.234", "USD"],
  ["1.5", "JPY"],
  ["1e3", "USD"],
  ["1,000.00", "USD"],
  ["12345678901234", "USD"],
  ["NaN", "USD"],
])("%j %s is none", (text, currency) => {
  expect(parseMoney(text, currency)).toBeUndefined();
});

test("what is left of an amount is exact", () => {
  expect(minus(999.99, 0.99, "USD")).toBe(999);
  expect(minus(0.3, 0.1, "USD")).toBe(0.2);
  expect(minus(1000, 1, "JPY")).toBe(999);
});

test.each([
  ["USD", 999.99, "999.99"],
  ["JPY", 1000, "1,000"],
  ["KWD", 1.234, "1.234"],
  // Where browsers would show none.
  ["HUF", 100.6, "100.60"],
  ["IQD", 1.234, "1.234"],
])("%s is shown with its digits, and read with them", (currency, amount, shown) => {
  expect(formatMoney(amount, currency)).toContain(shown);
  expect(parseMoney(String(amount), currency)).toBe(amount);
  expect(minus(amount, 0, currency)).toBe(amount);
});
