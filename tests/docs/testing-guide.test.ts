import type { Shop } from "../shop.ts";
import { atItsPorts, pageText, startDocumentedShop } from "./running-shop.ts";
import { stepsOf } from "./steps.ts";
import { createTerminal, statusesIn } from "./terminal.ts";

const steps = stepsOf(pageText("docs/testing-guide.md"));

test("the guide numbers its steps from 1 and has at least 50 curl commands", () => {
  expect(steps.map((step) => step.number)).toEqual(steps.map((_, index) => index + 1));
  expect(steps.filter((step) => /\bcurl /.test(step.script)).length).toBeGreaterThanOrEqual(50);
});

let shop: Shop;
beforeAll(async () => {
  shop = await startDocumentedShop();
});
afterAll(() => shop?.stop());

// A reader may follow it again on the data that the first time left.
describe.each(["on new data", "once more"])("the guide, %s", () => {
  const terminal = createTerminal();

  test.each(steps)("$number. $title", async (step) => {
    const printed = await terminal.run(atItsPorts(step.script, shop));
    expect(statusesIn(printed)).toEqual(step.statuses);
    for (const text of step.shown) expect(printed).toContain(terminal.expand(text));
    for (const text of step.absent) expect(printed).not.toContain(terminal.expand(text));
  });
});
