import "../../testing/storage.ts";
import { askedOf, filterOf, isNarrowed } from "./order-address.ts";

test("what the address cannot ask for is left out", () => {
  expect(askedOf({ status: "LOST", user_id: ".hidden", from: "yesterday", to: "2026-02-31" })).toEqual(askedOf({}));
  expect(isNarrowed(askedOf({ cursor: "abc" }))).toBe(false);
  expect(isNarrowed(askedOf({ status: "PAID" }))).toBe(true);
});

test("days are whole days where the person is", () => {
  const { created_from, created_to } = filterOf(askedOf({ from: "2026-01-31", to: "2026-01-31" }));
  expect(created_from).toBe(new Date(2026, 0, 31).toISOString());
  expect(created_to).toBe(new Date(2026, 1, 1).toISOString());
});

test("one end alone is enough", () => {
  expect(filterOf(askedOf({ from: "2026-01-01" })).created_to).toBeUndefined();
  expect(filterOf(askedOf({ to: "2026-12-31" })).created_to).toBe(new Date(2027, 0, 1).toISOString());
});
