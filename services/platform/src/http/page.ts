import { invalidRequest } from "../problem.ts";
import type { Answer } from "./route.ts";

/** A keyset position as an opaque token: the values of the sort columns of the last row. */
export const encodeCursor = (position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString("base64url");

/** The position in a cursor, checked against the expected kinds of values. Throws 422 for one we never made. */
export function decodeCursor(cursor: string, kinds: readonly ("string" | "number")[]): (string | number)[] {
  const broken = () => invalidRequest([{ pointer: "/query/cursor", detail: "cursor is not one of ours" }]);
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(position) || position.length !== kinds.length) throw broken();
    if (!position.every((value, index) => typeof value === kinds[index])) throw broken();
    return position as (string | number)[];
  } catch {
    throw broken();
  }
}

/**
 * One page of a list as a bare array, with the next page in a relative `Link` header (RFC 8288). The store is asked
 * for `limit + 1` rows: the one too many says that there is more, and is not sent.
 */
export function page<Row>(
  path: string,
  query: Readonly<Record<string, unknown>> & { readonly limit: number },
  rows: readonly Row[],
  options: { position(row: Row): readonly (string | number)[]; present(row: Row): unknown },
): Answer {
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const body = shown.map((row) => options.present(row));
  if (rows.length <= query.limit || last === undefined) return { status: 200, body };
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) next.set(name, String(value));
  next.set("cursor", encodeCursor(options.position(last)));
  return { status: 200, body, headers: { Link: `<${path}?${next}>; rel="next"` } };
}
