import { currency, moneySchema } from "./money.ts";

const usd = currency("USD");

test("every cent from 0.01 to 20,000.00 survives the wire and back", () => {
  for (let minor = 1; minor <= 2_000_000; minor++) {
    const wire = JSON.parse(JSON.stringify(usd.toWire(minor)));
    if (usd.fromWire(wire) !== minor) throw new Error(`${minor} became ${usd.fromWire(wire)} by ${wire}`);
  }
});

test.each([0.001, 999.999, 1e-7, 10_000_000_000.01, Number.MAX_VALUE])("%p has no exact count of cents", (amount) => {
  expect(usd.fromWire(amount)).toBeUndefined();
});

test("currencies without minor units, and with three digits, keep their own exponent", () => {
  expect(currency("JPY").fromWire(100)).toBe(100);
  expect(currency("JPY").fromWire(100.5)).toBeUndefined();
  expect(currency("KWD").fromWire(1.234)).toBe(1234);
  expect(currency("KWD").toWire(1234)).toBe(1.234);
});

test("the schema reads minor units, and refuses too many digits, nothing, less than nothing, and text", () => {
  const schema = moneySchema(usd).required();
  expect(schema.validate(999.99)).toEqual({ value: 99999 });
  for (const bad of [0, -1, 1.001, 1e300, Number.NaN, Number.POSITIVE_INFINITY, undefined, null, true, [], "1.999"])
    expect(schema.validate(bad).error).toBeDefined();
});
