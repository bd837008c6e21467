const minute = 60;
const hour = 60 * minute;

/** Seconds from one try to the next, as Standard Webhooks recommends: 13 tries in a little more than three days. */
const delaysS = [1, 5, 30, 2 * minute, 5 * minute, 30 * minute, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * hour)];

/**
 * Seconds until the next try after `attempts` of them, give or take a fifth, so that those who failed together do not
 * come back together; undefined after the last. `random` in [0, 1).
 */
export function delayAfter(attempts: number, random: () => number = Math.random): number | undefined {
  const delayS = delaysS[attempts - 1];
  return delayS === undefined ? undefined : delayS * (0.8 + 0.4 * random());
}
