const minute = 60;
const hour = 60 * minute;

/** Seconds from one try to the next, as Standard Webhooks recommends: 13 tries in a little more than three days. */
const delaysS = [1, 5, 30, 2 * minute, 5 * minute, 30 * minute, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * hour)];

/** Delays differ by so much to either side, so that those who failed together do not come back together. */
const jitter = 0.2;

/**
 * Seconds until the next try of a message that is `ageS` old, after `attempts` of them; undefined after the last. It is
 * never further in the schedule than its age: tries that were brought forward, because its destination seemed to be back,
 * do not use it up. `random` in [0, 1).
 */
export function delayAfter(attempts: number, ageS: number, random: () => number = Math.random): number | undefined {
  const delayS = delaysS[Math.min(attempts, stepAt(ageS)) - 1];
  return delayS === undefined ? undefined : delayS * (1 - jitter + 2 * jitter * random());
}

/** The number of tries that the shortest delays allow within that time. */
function stepAt(ageS: number): number {
  let step = 1;
  let soonestS = 0;
  for (const delayS of delaysS) {
    soonestS += delayS * (1 - jitter);
    if (soonestS > ageS) break;
    step += 1;
  }
  return step;
}
