import { formatAgo, formatDuration } from "./time.ts";

const now = Date.parse("2026-01-31T12:00:00.000Z");

test.each([
  ["2026-01-31T11:59:58.000Z", "2 seconds ago"],
  ["2026-01-31T11:55:01.000Z", "4 minutes ago"],
  ["2026-01-31T14:30:00.000Z", "in 2 hours"],
  ["2026-01-28T12:00:00.000Z", "3 days ago"],
  ["2026-01-31T12:00:00.000Z", "now"],
])("%s is %s", (at, words) => {
  expect(formatAgo(at, now)).toBe(words);
});

test.each([
  [0.4, "0 s"],
  [7, "7 s"],
  [720, "12 min"],
  [3_725, "1 h 2 min"],
  [273_600, "3 d 4 h"],
])("%d seconds are %s", (seconds, words) => {
  expect(formatDuration(seconds)).toBe(words);
});
