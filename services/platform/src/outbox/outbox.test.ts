import { createLogger } from "../log.ts";
import { databaseUnavailable } from "../problem.ts";
import { backgroundContext } from "../request-context.ts";
import { beforeDeadline } from "../testing/before-deadline.ts";
import { eventually } from "../testing/eventually.ts";
import { gate as holdWrites } from "../testing/open-notes.ts";
import { arrived, drained, messages, type OutboxSetup, setUpOutbox } from "../testing/outbox-setup.ts";

let setup: OutboxSetup;
beforeEach(async () => {
  setup = await setUpOutbox();
});
afterEach(() => setup.close());

const log = createLogger("test", "silent");

/** Holds what comes until it is opened. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const distinct = (count: number) => Array.from({ length: count }, (_, index) => messages(`${index}-`, 1)).flat();

test("a message of a unit that fails is never sent; one that commits is, with its id and payload", async () => {
  const outbox = setup.outboxWith();
  await expect(
    setup.database.write(async (trx) => {
      await outbox.append(trx, messages("undone", 1));
      throw new Error("the change is refused");
    }),
  ).rejects.toThrow("the change is refused");
  const rows = await setup.append(outbox, messages("a", 1));
  outbox.start();
  expect(await outbox.dispatch(rows)).toEqual([{ delivered: true, result: 200 }]);
  await drained(outbox);
  expect(setup.receiver.requests).toMatchObject([{ headers: { "webhook-id": rows[0]?.id }, body: { name: "a1" } }]);
  expect(await outbox.find(rows[0]?.id ?? "")).toMatchObject({ state: "DELIVERED", attempts: 1, holder: null });
});

test("64 messages are one insert, are tried without another statement, and are marked together", async () => {
  const { open, opened } = gate();
  setup.receiver.on("POST", "/order", () => opened.then(() => ({ status: 200 })));
  const outbox = setup.outboxWith({ destinations: { order: { concurrency: 64 } } });
  const seen = await setup.statements();
  const rows = await setup.append(outbox, distinct(64));
  expect(seen).toHaveLength(1);
  const outcomes = outbox.dispatch(rows);
  await setup.receiver.waitForRequests(64);
  expect(seen).toHaveLength(1);
  // What was tried by then is marked as soon as there is a turn for it, however slowly the answers come.
  const held = holdWrites(setup.database);
  await held.running;
  open();
  await outcomes;
  held.open();
  await outbox.stop();
  const updates = seen.filter((sql) => /UPDATE outbox\nSET state/.test(sql));
  expect(updates.length).toBeGreaterThan(0);
  expect(updates.length).toBeLessThanOrEqual(2);
  expect(await setup.database.read("outbox").where({ state: "DELIVERED" })).toHaveLength(64);
});

test("a request is answered in its time while the try goes on", async () => {
  const { open, opened } = gate();
  setup.receiver.on("POST", "/order", () => opened.then(() => ({ status: 200 })));
  const outbox = setup.outboxWith();
  const rows = await setup.append(outbox, messages("a", 1));
  const context = backgroundContext(log, 200);
  expect(await beforeDeadline(context, outbox.dispatch(rows, context))).toEqual(["queued"]);
  open();
  await drained(outbox);
  expect(await outbox.find(rows[0]?.id ?? "")).toMatchObject({ state: "DELIVERED", attempts: 1, last_error: null });
});

test("more than fits in the lane is given back, and delivered in its turn", async () => {
  const { open, opened } = gate();
  const outbox = setup.outboxWith({
    destinations: { order: { concurrency: 4, deliver: () => opened.then(() => ({ delivered: true })) } },
  });
  outbox.start();
  const rows = await setup.append(outbox, distinct(1100));
  const outcomes = rows.map((row) => outbox.dispatch([row]));
  const [last] = await (outcomes.at(-1) as (typeof outcomes)[0]);
  expect(last).toBe("queued");
  open();
  await drained(outbox);
  expect((await outbox.list({ limit: 2000, state: "DELIVERED" })).every(({ attempts }) => attempts === 1)).toBe(true);
});

test("a stop waits for the try under way and leaves the rest free for the next process", async () => {
  const { open, opened } = gate();
  setup.receiver.on("POST", "/order", () => opened.then(() => ({ status: 200 })));
  const outbox = setup.outboxWith({ destinations: { order: { concurrency: 1 } } });
  outbox.start();
  const rows = await setup.append(outbox, [...messages("a", 1, 2), ...messages("b", 1)]);
  const outcomes = outbox.dispatch(rows);
  await setup.receiver.waitForRequests(1);
  const stopped = outbox.stop();
  open();
  await stopped;
  expect(await outcomes).toEqual([{ delivered: true, result: 200 }, "queued", "queued"]);
  expect(await outbox.dispatch(rows.slice(2))).toEqual(["queued"]);
  expect(arrived(setup.receiver)).toEqual(["a1"]);
  const left = await outbox.list({ limit: 10, state: "WAITING" });
  expect(left).toMatchObject([
    { aggregate: "b", holder: null, attempts: 0 },
    { aggregate: "a", holder: null, attempts: 0 },
  ]);
});

test("what cannot be written down is written later, without a second delivery", async () => {
  let refusals = 0;
  const database: OutboxSetup["database"] = {
    ...setup.database,
    write: (unit, options) =>
      setup.receiver.requests.length > 0 && refusals++ < 2
        ? Promise.reject(databaseUnavailable())
        : setup.database.write(unit, options),
  };
  const outbox = setup.outboxWith({ database });
  outbox.start();
  const rows = await setup.append(outbox, messages("a", 1, 2));
  await outbox.dispatch(rows);
  await drained(outbox);
  expect(refusals).toBeGreaterThanOrEqual(2);
  expect(arrived(setup.receiver)).toEqual(["a1", "a2"]);
});

test("the operator sees what waits and what is given up, and delivered rows go after their time", async () => {
  setup.receiver.on("POST", "/order", ({ body }) => ({
    status: (body as { name: string }).name === "gone1" ? 410 : (body as { name: string }).name === "late1" ? 500 : 200,
  }));
  const outbox = setup.outboxWith({ destinations: { order: { delayS: () => 3600 }, other: {} } });
  const rows = await setup.append(outbox, [...messages("fine", 1), ...messages("gone", 1), ...messages("late", 1)]);
  await outbox.dispatch(rows);
  const stats = await eventually(async () => {
    const found = await outbox.stats();
    return found.dead === 1 && found.waiting === 1 && found;
  });
  expect(stats).toEqual({
    ...{ waiting: 1, dead: 1, oldest_age_s: expect.any(Number) },
    by_destination: { order: { waiting: 1, dead: 1, in_flight: 0 }, other: { waiting: 0, dead: 0, in_flight: 0 } },
  });
  const dead = await outbox.list({ state: "DEAD", destination: "order", limit: 5 });
  expect(dead).toMatchObject([{ id: rows[1]?.id, last_error: "answered 410", attempts: 1 }]);
  const pages = [await outbox.list({ limit: 2 }), await outbox.list({ limit: 2, before: rows[1]?.seq })];
  expect(pages.map((page) => page.map(({ aggregate }) => aggregate))).toEqual([["late", "gone"], ["fine"]]);
  expect(await outbox.prune(Date.now() - 60_000, 10)).toBe(0);
  expect(await outbox.prune(Date.now() + 1000, 10)).toBe(1);
  expect((await outbox.list({ limit: 5 })).map(({ state }) => state)).toEqual(["WAITING", "DEAD"]);
});
