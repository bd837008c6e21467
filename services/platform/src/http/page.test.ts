import { decodeCursor, encodeCursor, page } from "./page.ts";

const options = { position: (row: number) => [row], present: (row: number) => ({ id: row }) };

test("the one row too many says that there is more, and is not sent", () => {
  const answer = page("/things", { limit: 2, colour: "red & blue", cursor: undefined }, [3, 2, 1], options);
  expect(answer.body).toEqual([{ id: 3 }, { id: 2 }]);
  const link = /^<(\/things\?[^>]+)>; rel="next"$/.exec(answer.headers?.Link ?? "")?.[1] ?? "";
  const next = new URL(link, "http://shop").searchParams;
  expect(next.get("colour")).toBe("red & blue");
  expect(decodeCursor(next.get("cursor") ?? "", ["number"])).toEqual([2]);
});

test("the last page has no link", () => {
  expect(page("/things", { limit: 2 }, [2, 1], options).headers).toBeUndefined();
});

test.each(["x", "", encodeCursor(["a"]), encodeCursor([1, 2]), Buffer.from("{}").toString("base64url")])(
  "a cursor that we never made (%p) is refused",
  (cursor) => {
    expect(() => decodeCursor(cursor, ["number"])).toThrow(expect.objectContaining({ status: 422 }));
  },
);
