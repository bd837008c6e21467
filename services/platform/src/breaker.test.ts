import { type Breaker, type BreakerState, createBreaker } from "./breaker.ts";

function breakerWithClock() {
  const clock = { ms: 0 };
  const seen: BreakerState[] = [];
  const breaker = createBreaker({
    failures: 3,
    probeAfterMs: 1000,
    now: () => clock.ms,
    onChange: (state) => seen.push(state),
  });
  return { breaker, clock, seen };
}

const fail = (breaker: Breaker, times: number) => {
  for (let i = 0; i < times; i++) breaker.enter()?.failed();
};

test("opens only after failures in a row", () => {
  const { breaker } = breakerWithClock();
  fail(breaker, 2);
  breaker.enter()?.succeeded();
  fail(breaker, 2);
  expect(breaker.state()).toBe("closed");
  fail(breaker, 1);
  expect(breaker.state()).toBe("open");
  expect(breaker.enter()).toBeUndefined();
  expect(breaker.retryInMs()).toBe(1000);
});

test("admits one probe after the wait, and closes when it succeeds", () => {
  const { breaker, clock, seen } = breakerWithClock();
  fail(breaker, 3);
  clock.ms = 999;
  expect(breaker.enter()).toBeUndefined();
  clock.ms = 1000;
  const probe = breaker.enter();
  expect(breaker.enter()).toBeUndefined();
  probe?.succeeded();
  expect(breaker.enter()).toBeDefined();
  expect(seen).toEqual(["open", "half-open", "closed"]);
});

test("waits anew after a failed probe", () => {
  const { breaker, clock } = breakerWithClock();
  fail(breaker, 3);
  clock.ms = 1500;
  breaker.enter()?.failed();
  expect(breaker.state()).toBe("open");
  expect(breaker.retryInMs()).toBe(1000);
});

test("an undecided probe leaves the next call to be the probe", () => {
  const { breaker, clock } = breakerWithClock();
  fail(breaker, 3);
  clock.ms = 1000;
  breaker.enter()?.undecided();
  expect(breaker.state()).toBe("open");
  breaker.enter()?.succeeded();
  expect(breaker.state()).toBe("closed");
});

test("ignores late reports of calls admitted before it opened", () => {
  const { breaker, clock } = breakerWithClock();
  const [lateSuccess, lateFailure] = [breaker.enter(), breaker.enter()];
  fail(breaker, 3);
  lateSuccess?.succeeded();
  expect(breaker.state()).toBe("open");
  clock.ms = 1000;
  const probe = breaker.enter();
  lateFailure?.failed();
  expect(breaker.state()).toBe("half-open");
  probe?.succeeded();
  expect(breaker.state()).toBe("closed");
});
