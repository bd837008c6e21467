import { createCountGauge } from "./count-gauge.ts";
import { createMetrics } from "./metrics.ts";

function setUp(results: (() => Promise<{ open?: number; shut?: number }>)[]) {
  const metrics = createMetrics("test", "0");
  let at = 0;
  let counted = 0;
  const counts = createCountGauge({
    metrics,
    name: "doors",
    help: "Doors by state",
    label: "state",
    kinds: ["open", "shut"],
    count: () => (results[counted++] as () => Promise<object>)(),
    now: () => at,
  });
  return {
    counts,
    scrape: async () => (await metrics.registry.getSingleMetricAsString("doors")).split("\n").slice(2),
    turnClock: (ms: number) => {
      at += ms;
    },
    counted: () => counted,
  };
}

test("scrapes and looks within ten seconds share one count, and a later one counts anew", async () => {
  const doors = setUp([async () => ({ open: 3 }), async () => ({ shut: 4 })]);
  const [first, same] = await Promise.all([doors.scrape(), doors.counts()]);
  expect(first).toEqual(['doors{state="open"} 3', 'doors{state="shut"} 0']);
  doors.turnClock(9_999);
  expect(await doors.counts()).toBe(same);
  expect(doors.counted()).toBe(1);
  doors.turnClock(1);
  expect(await doors.scrape()).toEqual(['doors{state="open"} 0', 'doors{state="shut"} 4']);
});

test("a count that failed is not kept", async () => {
  const doors = setUp([() => Promise.reject(new Error("the disk is away")), async () => ({ open: 1 })]);
  await expect(doors.counts()).rejects.toThrow("the disk is away");
  expect(await doors.counts()).toEqual({ open: 1 });
});
