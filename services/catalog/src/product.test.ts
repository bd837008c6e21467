import { matchesNone, versionsIn } from "./product.ts";

test.each([
  ['"3.7"', [3]],
  ['"3.8" , "5.1"', [3, 5]],
  ['W/"3.7"', []],
  ['"abc"', []],
  ["3.7", []],
  ["", []],
  [" * ", "any"],
])("If-Match %s accepts the versions %p, whatever was sold meanwhile", (header, versions) => {
  expect(versionsIn(header)).toEqual(versions);
});

test("a change without If-Match is asked to say what it saw", () => {
  expect(() => versionsIn(undefined)).toThrow(expect.objectContaining({ status: 428, code: "precondition-required" }));
});

test.each([
  ['"3.7"', true],
  ['W/"3.7"', true],
  ['"1.1", "3.7"', true],
  ["*", true],
  ['"3.8"', false],
  [undefined, false],
])('If-None-Match %s against "3.7": %p', (header, matches) => {
  expect(matchesNone(header, '"3.7"')).toBe(matches);
});
