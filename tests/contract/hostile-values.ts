/** What no typed field may take: each is sent in the place of every field of every route. */
export const wrongValues: readonly unknown[] = [
  null,
  true,
  [],
  {},
  [[[]]],
  -1,
  0,
  1.5,
  0.001,
  1e308,
  Number.MAX_SAFE_INTEGER,
  "",
  " ",
  "1",
  "1; DROP TABLE products",
  "' OR '1'='1",
  "<script>alert(1)</script>",
  "../../etc/passwd",
  "{{7*7}}",
  "__proto__",
  "x".repeat(7_000),
];

/** What no text may hold either: NUL, a control character, lone surrogates. */
export const uncleanTexts: readonly string[] = ["a\u0000b", "\u0007", "\ud800", "a\udfffb"];

/** The path of every value inside a JSON value, the containers included. */
export function pathsIn(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [at];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [at, ...entries.flatMap(([key, inner]) => pathsIn(inner, [...at, key]))];
}

/** A copy of the value with another in one place. */
export function replaced(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}
