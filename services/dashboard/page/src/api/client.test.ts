import "../testing/storage.ts";
import { nextCursor, queryString } from "./client.ts";

test("the next page is the cursor of its link, through the door or not", () => {
  expect(nextCursor('</api/order/orders?limit=50&cursor=a%2Bb>; rel="next"')).toBe("a+b");
  expect(nextCursor('</orders?cursor=abc>; rel="next"')).toBe("abc");
  expect(nextCursor(null)).toBeUndefined();
  expect(nextCursor('</orders>; rel="prev"')).toBeUndefined();
});

test("a query holds what is set, encoded", () => {
  expect(queryString({ q: "a&b", status: undefined, user_id: "", limit: 0, active: false })).toBe(
    "?q=a%26b&limit=0&active=false",
  );
  expect(queryString({})).toBe("");
});
