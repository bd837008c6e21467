import { delayAfter } from "./schedule.ts";

const triesUntilGivenUp = (random: () => number): number[] => {
  const delays: number[] = [];
  for (let attempts = 1; ; attempts += 1) {
    const delay = delayAfter(attempts, random);
    if (delay === undefined) return delays;
    delays.push(delay);
  }
};

test("a message is tried 13 times in a little more than three days", () => {
  const middle = triesUntilGivenUp(() => 0.5);
  expect(middle.map(Math.round)).toEqual([1, 5, 30, 120, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
});

test("the delays differ by up to a fifth to either side", () => {
  const [shortest, longest] = [triesUntilGivenUp(() => 0), triesUntilGivenUp(() => 0.999999)];
  expect(shortest[2]).toBeCloseTo(24);
  expect(longest[2]).toBeCloseTo(36);
});
