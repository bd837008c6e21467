import type { OrderEvent } from "../../api/order.ts";
import { storyOf } from "./story.ts";

const order = { currency: "USD", total: 30 };
const expires_at = "2026-01-31T12:00:00.000Z";
const told = (...events: readonly (readonly [type: string, data?: object])[]) =>
  storyOf(
    events.map(([type, data = {}], n) => ({ seq: n + 1, type, data, at: expires_at }) as OrderEvent),
    order,
  );

test("refunds are told by what each gave back, in part and then in whole", () => {
  const story = told(["paid", { amount: 30 }], ["refunded", { refunded: 10.1 }], ["refunded", { refunded: 30 }]);
  expect(story.map(({ title, text }) => [title, text])).toEqual([
    ["Paid", "$30.00"],
    ["Refunded in part", "$10.10. $19.90 is left."],
    ["Refunded in whole", "$19.90, the rest of it."],
  ]);
  expect(told(["refunded", { refunded: 30 }])[0]?.text).toBe("$30.00");
});

test("an order placed while the catalog was away says so", () => {
  expect(told(["placed", { user_id: "ann", verification: "pending", expires_at }])[0]?.text).toMatch(
    /By ann\. The catalog could not be asked/,
  );
  expect(told(["cancelled", { reason: "No such product.", verification: "rejected" }])[0]?.text).toBe(
    "The catalog refused it. No such product.",
  );
});

test("a late payment is told until it is given back", () => {
  const note = { amount: 30, status: "SUCCEEDED" };
  const [first, second] = told(
    ["payment_after_close", { ...note, refunded: 0 }],
    ["payment_after_close", { ...note, refunded: 30 }],
  );
  expect([first?.text, second?.text].map((text) => text?.split(". ")[1])).toEqual([
    "It is being given back.",
    "It has been given back.",
  ]);
});

test("every type of the order service has words, and one that is new is shown by its name", () => {
  const types = `placed verified hold_extended hold_confirmed hold_released hold_returned paid refunded stock_gone
    payment_failed payment_mismatch payment_after_close cancelled expired fulfilled`.split(/\s+/);
  const data = { user_id: "ann", expires_at, reason: "Because.", amount: 1, refunded: 1 };
  expect(new Set(told(...types.map((type) => [type, data] as const)).map(({ title }) => title)).size).toBe(15);
  for (const { text } of told(...types.map((type) => [type, data] as const))) expect(text).not.toMatch(/undefined/);
  expect(told(["gift_wrapped"])[0]).toMatchObject({ title: "Gift wrapped", text: undefined });
});
