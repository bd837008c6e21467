import { delayAfter } from "./schedule.ts";

/** The delays of a message that is tried only when its schedule says so. */
function delaysOf(random: () => number): number[] {
  const delays: number[] = [];
  for (let attempts = 1, ageS = 0; ; attempts += 1) {
    const delay = delayAfter(attempts, ageS, random);
    if (delay === undefined) return delays;
    delays.push(delay);
    ageS += delay;
  }
}

test("a message is tried 13 times in a little more than three days", () => {
  const middle = delaysOf(() => 0.5);
  expect(middle.map(Math.round)).toEqual([1, 5, 30, 120, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
});

test("the delays differ by up to a fifth to either side", () => {
  const [shortest, longest] = [delaysOf(() => 0), delaysOf(() => 0.999999)];
  expect([shortest.length, longest.length]).toEqual([12, 12]);
  expect(shortest[2]).toBeCloseTo(24);
  expect(longest[2]).toBeCloseTo(36);
});

test("tries that were brought forward do not use the schedule up", () => {
  expect(delayAfter(100, 0, () => 0.5)).toBe(1);
  expect(delayAfter(100, 40, () => 0.5)).toBe(120);
  expect(delayAfter(100, 3 * 24 * 3600, () => 0.5)).toBeUndefined();
});
