import { formatMs, formatRate, rowsByState } from "./figures.ts";

test("rates and latencies are short", () => {
  expect([0, 0.5, 12.34, 1234.5, null].map(formatRate)).toEqual(["0", "0.5", "12.3", "1,235", "\u2013"]);
  expect([2.5, 25, 2500, Number.POSITIVE_INFINITY, null].map(formatMs)).toEqual([
    ...["2.5 ms", "25 ms", "2.5 s"],
    ...["over 5 s", "\u2013"],
  ]);
});

test("rows by state are what a service counts itself, whatever it is", () => {
  const stats = { service: "order", queue: { depth: 1 }, orders: { PAID: 3, x: "y" }, reservations: { HELD: 1 }, n: 5 };
  expect(rowsByState(stats)).toEqual([
    { title: "Orders", states: [["PAID", 3]] },
    { title: "Holds", states: [["HELD", 1]] },
  ]);
});
