import { sampleBetween, shopRoutes } from "./samples.ts";

type Counts = Record<string, [requests: number, errors: number, within_ms: Record<string, number>]>;
const look = (at: number, counts: Counts) => ({
  at,
  stats: {
    routes: Object.fromEntries(
      Object.entries(counts).map(([name, [requests, errors, within_ms]]) => [
        name,
        { requests, errors, p50_ms: null, p99_ms: null, within_ms },
      ]),
    ),
  },
});

test("rates are differences between two looks, without what the view itself asks", () => {
  const before = look(1000, { "GET /orders": [10, 1, {}], "GET /stats": [5, 0, {}] });
  const now = look(3000, { "GET /orders": [16, 2, {}], "POST /orders": [4, 0, {}], "GET /stats": [6, 0, {}] });
  expect(sampleBetween(before, now)).toMatchObject({ at: 3, perSecond: 5, errorsPerSecond: 0.5 });
});

test("latency is that of what was answered in between, over all routes", () => {
  const before = look(0, {
    "GET /a": [100, 0, { 1: 0, 10: 100, 100: 100 }],
    "GET /b": [1, 0, { 1: 1, 10: 1, 100: 1 }],
  });
  const now = look(2000, {
    "GET /a": [160, 0, { 1: 60, 10: 160, 100: 160 }],
    "GET /b": [41, 0, { 1: 1, 10: 39, 100: 41 }],
  });
  expect(sampleBetween(before, now)).toMatchObject({ p50: 1, p99: 100 });
});

test("latency past the last bound is said to be so, and there is none when nothing was asked", () => {
  const before = look(0, { "GET /a": [9, 0, { 1: 9 }] });
  expect(sampleBetween(before, look(2000, { "GET /a": [10, 0, { 1: 9 }] }))).toMatchObject({
    p50: Number.POSITIVE_INFINITY,
  });
  expect(sampleBetween(before, { ...before, at: 2000 })).toMatchObject({ perSecond: 0, p50: null, p99: null });
});

test("nothing is known at the first look, and when a service has started anew", () => {
  const nothing = { perSecond: null, errorsPerSecond: null, p50: null, p99: null };
  expect(sampleBetween(undefined, look(0, {}))).toMatchObject(nothing);
  expect(sampleBetween(look(0, { "GET /a": [9, 0, {}] }), look(2000, { "GET /a": [1, 0, {}] }))).toMatchObject(nothing);
});

test("figures without a part are no fault", () => {
  expect(shopRoutes({})).toEqual({});
  expect(sampleBetween({ at: 0, stats: {} }, { at: 2000, stats: {} })).toMatchObject({ perSecond: 0, p50: null });
});
