import { sampleBetween, shopRoutes } from "./samples.ts";

type Counts = Record<string, [requests: number, errors: number, p50: number | null, p99: number | null]>;
const look = (at: number, counts: Counts) => ({
  at,
  stats: {
    routes: Object.fromEntries(
      Object.entries(counts).map(([name, [requests, errors, p50_ms, p99_ms]]) => [
        name,
        { requests, errors, p50_ms, p99_ms },
      ]),
    ),
  },
});

test("rates are differences between two looks, without what the view itself asks", () => {
  const before = look(1000, { "GET /orders": [10, 1, 5, 25], "GET /stats": [5, 0, 1, 1] });
  const now = look(3000, { "GET /orders": [16, 2, 5, 25], "POST /orders": [4, 0, 10, 50], "GET /stats": [6, 0, 1, 1] });
  expect(sampleBetween(before, now)).toEqual({ at: 3, perSecond: 5, errorsPerSecond: 0.5, p50: 5, p99: 50 });
});

test("latency is of the routes that were asked, and none when none was", () => {
  const before = look(0, { "GET /a": [9, 0, 1, 2], "GET /b": [1, 0, 500, null] });
  expect(sampleBetween(before, { ...before, at: 2000 })).toMatchObject({ perSecond: 0, p50: null, p99: null });
  const now = look(2000, { "GET /a": [9, 0, 1, 2], "GET /b": [2, 0, 500, null] });
  expect(sampleBetween(before, now)).toMatchObject({ p50: 500, p99: Number.POSITIVE_INFINITY });
});

test("nothing is known at the first look, and when a service has started anew", () => {
  const nothing = { perSecond: null, errorsPerSecond: null, p50: null, p99: null };
  expect(sampleBetween(undefined, look(0, {}))).toMatchObject(nothing);
  expect(sampleBetween(look(0, { "GET /a": [9, 0, 1, 2] }), look(2000, { "GET /a": [1, 0, 1, 2] }))).toMatchObject(
    nothing,
  );
});

test("figures without a part are no fault", () => {
  expect(shopRoutes({})).toEqual({});
  expect(sampleBetween({ at: 0, stats: {} }, { at: 2000, stats: {} })).toMatchObject({ perSecond: 0, p50: null });
});
