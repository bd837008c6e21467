import type { Shop } from "../shop.ts";
import { atItsPorts, pageText, startDocumentedShop } from "./running-shop.ts";
import { stepsOf } from "./steps.ts";
import { createTerminal, statusesIn } from "./terminal.ts";

// The steps of the page that only ask the services are carried out here, without a cluster; `make e2e` carries out all of them.

const steps = stepsOf(pageText("docs/operations.md"));
const ofCluster = /\b(kubectl|helm|rotate-key)\b/;
const ofServices = steps.filter(({ script }) => !ofCluster.test(script));

test("the steps are numbered from 1, and some of them need no cluster", () => {
  expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1));
  expect(ofServices.length).toBeGreaterThanOrEqual(4);
});

let shop: Shop;
const terminal = createTerminal();
beforeAll(async () => {
  shop = await startDocumentedShop();
  await terminal.run("KEY=secret-key-123");
});
afterAll(() => shop?.stop());

test.each(ofServices)("$number. $title", async (step) => {
  const printed = await terminal.run(atItsPorts(step.script, shop));
  expect(statusesIn(printed)).toEqual(step.statuses);
  for (const text of step.shown) expect(printed).toContain(terminal.expand(text));
  for (const text of step.absent) expect(printed).not.toContain(terminal.expand(text));
});
