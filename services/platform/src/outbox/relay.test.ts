import { eventually } from "../testing/eventually.ts";
import { arrived, drained, messages, type OutboxSetup, post, setUpOutbox } from "../testing/outbox-setup.ts";
import type { Destination } from "./outbox.ts";

// On a busy machine a thousand messages take their time, and so do looks that come less often there.
import.meta.jest.setTimeout(60_000);
const patienceMs = 50_000;

let setup: OutboxSetup;
beforeEach(async () => {
  setup = await setUpOutbox();
});
afterEach(() => setup.close());

const nameOf = (body: unknown): string => (body as { name: string }).name;
const distinct = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => messages(`${prefix}${index}-`, 1)).flat();

/** Answers 500 so often to each name, and 200 from then on. */
function failing(times: Readonly<Record<string, number>>): void {
  const left = new Map(Object.entries(times));
  setup.receiver.on("POST", "/order", ({ body }) => {
    const remaining = left.get(nameOf(body)) ?? 0;
    left.set(nameOf(body), remaining - 1);
    return { status: remaining > 0 ? 500 : 200 };
  });
}

test("an aggregate keeps its order across failures and does not hold up another", async () => {
  const failures = new Map([
    ["a1", 2],
    ["a3", 1],
  ]);
  let arriveOther = () => {};
  const otherArrived = new Promise<void>((resolve) => {
    arriveOther = resolve;
  });
  setup.receiver.on("POST", "/order", async ({ body }) => {
    const name = nameOf(body);
    if (name === "b2") arriveOther();
    const left = failures.get(name) ?? 0;
    failures.set(name, left - 1);
    if (left > 0) return { status: 500 };
    // However late the other is appended: it must not need the end of this one.
    if (name === "a1") await otherArrived;
    return { status: 200 };
  });
  const outbox = setup.outboxWith({ destinations: { order: { delayS: () => 0.1 } } });
  outbox.start();
  await outbox.dispatch(await setup.append(outbox, [...messages("a", 1, 2, 3), ...messages("b", 1)]));
  await outbox.dispatch(await setup.append(outbox, [...messages("a", 4), ...messages("b", 2)]));
  await drained(outbox);
  const all = arrived(setup.receiver);
  expect(all.filter((name) => name.startsWith("a"))).toEqual(["a1", "a1", "a1", "a2", "a3", "a3", "a4"]);
  expect(all.filter((name) => name.startsWith("b"))).toEqual(["b1", "b2"]);
  expect(all.indexOf("b2")).toBeLessThan(all.indexOf("a2"));
});

test("a destination that hangs does not slow another", async () => {
  setup.receiver.on("POST", "/hung", "hang");
  const outbox = setup.outboxWith({ destinations: { hung: {}, order: {} } });
  outbox.start();
  const hung = distinct("h", 40).map((message) => ({ ...message, destination: "hung" }));
  void outbox.dispatch(await setup.append(outbox, hung));
  await setup.receiver.waitForRequests(16);
  const outcomes = await outbox.dispatch(await setup.append(outbox, distinct("o", 50)));
  expect(outcomes).toEqual(Array(50).fill({ delivered: true, result: 200 }));
  expect((await outbox.stats()).by_destination.hung).toEqual({ waiting: 40, dead: 0, in_flight: 16 });
});

test("a try that never ends is given up in its time and repeated", async () => {
  let tried = 0;
  // The repetition needs no time, of which a busy machine may have none left.
  const deliver: Destination["deliver"] = () =>
    tried++ === 0 ? new Promise(() => {}) : Promise.resolve({ delivered: true });
  const outbox = setup.outboxWith({ destinations: { order: { timeoutMs: 100, deliver } } });
  outbox.start();
  const rows = await setup.append(outbox, messages("a", 1));
  expect(await outbox.dispatch(rows)).toEqual([{ delivered: false, error: "no answer within 100 ms" }]);
  await drained(outbox);
  expect(tried).toBe(2);
});

test("Retry-After postpones what the schedule would try sooner", async () => {
  const times: number[] = [];
  setup.receiver.on("POST", "/order", () => {
    times.push(Date.now());
    return times.length === 1 ? { status: 503, headers: { "retry-after": "1" } } : { status: 200 };
  });
  const outbox = setup.outboxWith();
  outbox.start();
  await outbox.dispatch(await setup.append(outbox, messages("a", 1)));
  await drained(outbox);
  expect(times).toHaveLength(2);
  expect((times[1] as number) - (times[0] as number)).toBeGreaterThanOrEqual(1000);
});

describe("a destination that was away", () => {
  const hourly = { destinations: { order: { delayS: () => 3600 } } };

  async function away() {
    const outbox = setup.outboxWith(hourly);
    outbox.start();
    await outbox.dispatch(await setup.append(outbox, messages("before", 1)));
    await drained(outbox);
    await setup.receiver.mode("fail");
    await outbox.dispatch(await setup.append(outbox, distinct("w", 5)));
    await eventually(
      async () => (await outbox.list({ limit: 9 })).filter(({ attempts }) => attempts === 1).length === 6,
    );
    await setup.receiver.mode("ok");
    return outbox;
  }

  test("its first success brings all that waits forward", async () => {
    const outbox = await away();
    await outbox.dispatch(await setup.append(outbox, messages("after", 1)));
    await drained(outbox);
    expect(setup.receiver.requests).toHaveLength(1 + 5 + 1 + 5);
  });

  test("on demand too", async () => {
    const outbox = await away();
    outbox.wake("order");
    await drained(outbox);
    expect(setup.receiver.requests).toHaveLength(1 + 5 + 5);
  });

  test("the first success after a restart wakes what the process before left for later", async () => {
    const before = await away();
    await before.stop();
    const outbox = setup.outboxWith(hourly);
    outbox.start();
    await outbox.dispatch(await setup.append(outbox, messages("after", 1)));
    await drained(outbox);
  });
});

test("a message that alone fails is not tried at each success of others", async () => {
  failing({ poison1: Infinity });
  const outbox = setup.outboxWith({ wakeEveryMs: 60_000, destinations: { order: { delayS: () => 3600 } } });
  outbox.start();
  await outbox.dispatch(await setup.append(outbox, messages("first", 1)));
  await outbox.dispatch(await setup.append(outbox, messages("poison", 1)));
  for (const message of distinct("o", 10)) {
    await outbox.dispatch(await setup.append(outbox, [message]));
    outbox.wake("order");
  }
  await outbox.stop();
  expect(arrived(setup.receiver).filter((name) => name === "poison1")).toHaveLength(1);
});

test("after its last try a message is DEAD and blocks nobody; redelivered it goes out under the same id", async () => {
  failing({ a1: 3 });
  const outbox = setup.outboxWith({
    pollMs: 60_000,
    destinations: { order: { delayS: (attempts) => (attempts < 3 ? 0.02 : undefined) } },
  });
  outbox.start();
  const rows = await setup.append(outbox, messages("a", 1, 2));
  const id = rows[0]?.id ?? "";
  await outbox.dispatch(rows);
  expect(await outbox.redeliver(id)).toBeUndefined();
  await drained(outbox);
  expect(arrived(setup.receiver)).toEqual(["a1", "a1", "a1", "a2"]);
  expect(await outbox.find(id)).toMatchObject({ state: "DEAD", attempts: 3, last_error: "answered 500" });

  expect(await outbox.redeliver(id)).toMatchObject({ id, state: "WAITING", attempts: 0 });
  await drained(outbox);
  expect(setup.receiver.requests.at(-1)?.headers["webhook-id"]).toBe(id);
  expect(await outbox.find(id)).toMatchObject({ state: "DELIVERED" });
});

test("two instances on one database deliver each message once, and an aggregate one after another", async () => {
  const names = Array.from({ length: 150 }, (_, index) => messages(`${index}-`, 1, 2, 3, 4)).flat();
  await setup.leave(names);
  const underWay = new Set<string>();
  const overlaps: string[] = [];
  setup.receiver.on("POST", "/order", async ({ body }) => {
    const aggregate = nameOf(body).replace(/-.*/, "");
    if (underWay.has(aggregate)) overlaps.push(nameOf(body));
    underWay.add(aggregate);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay.delete(aggregate);
    return { status: 200 };
  });
  const triedBy = [0, 0];
  const instances = triedBy.map((_, index) =>
    setup.outboxWith({
      ...{ soleOwner: false, pollMs: 5 },
      destinations: {
        order: {
          deliver(row, context) {
            triedBy[index] = (triedBy[index] ?? 0) + 1;
            return post(setup.receiver)(row, context);
          },
        },
      },
    }),
  );
  for (const instance of instances) instance.start();
  await drained(instances[0] as (typeof instances)[0]);
  const all = arrived(setup.receiver);
  expect(overlaps).toEqual([]);
  expect(all).toHaveLength(600);
  expect(new Set(all).size).toBe(600);
  expect(Math.min(...triedBy)).toBeGreaterThan(0);
  const first = all.filter((name) => name.startsWith("0-"));
  expect(first).toEqual(messages("0-", 1, 2, 3, 4).map(({ payload }) => nameOf(payload)));
});

/** How long it takes now to send so many, as many at once as a lane does, in milliseconds. */
async function timeToPost(count: number): Promise<number> {
  const began = performance.now();
  let left = count;
  const sender = async () => {
    for (; left > 0; left -= 1)
      await (await fetch(`${setup.receiver.url}/order`, { method: "POST", body: "{}" })).text();
  };
  await Promise.all(Array.from({ length: 16 }, sender));
  return performance.now() - began;
}

test("a thousand waiting messages drain in seconds", async () => {
  await setup.leave(distinct("m", 1000));
  setup.receiver.on("POST", "/order", async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { status: 200 };
  });
  const outbox = setup.outboxWith();
  const started = performance.now();
  outbox.start();
  await drained(outbox, patienceMs);
  const tookMs = performance.now() - started;
  expect(new Set(arrived(setup.receiver)).size).toBe(1000);
  // On a busy machine that takes longer, as it does to send as many without a store.
  expect(tookMs).toBeLessThan(Math.max(6000, 8 * (await timeToPost(1000))));
});

test("what waits out of turn, however much, does not hold up what is due", async () => {
  await setup.database.write((trx) =>
    trx.raw(
      `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20000)
       INSERT INTO outbox (id, destination, aggregate, type, payload, state, attempts, due_at, lease_until, created_at)
       SELECT 'id' || n, 'order', 'a' || (n % 10000), 'test', '{"name":"out of turn"}', 'WAITING', 0,
         CASE WHEN n <= 10000 THEN ? ELSE 0 END, 0, 0 FROM n`,
      [Date.now() + 3_600_000],
    ),
  );
  await setup.leave(messages("due", 1));
  const outbox = setup.outboxWith();
  const started = performance.now();
  outbox.start();
  await setup.receiver.waitForRequests(1, 10_000);
  expect(performance.now() - started).toBeLessThan(2000);
  await outbox.stop();
  expect(arrived(setup.receiver)).toEqual(["due1"]);
});

test("a message redelivered while a later one of its aggregate is tried waits for that", async () => {
  const outbox = setup.outboxWith();
  const [first, second] = await setup.append(outbox, messages("a", 1, 2));
  if (!first || !second) throw new Error("two rows were appended");
  await outbox.dispatch([first]);
  const leased = await eventually(async () => {
    const row = await outbox.find(second.id);
    return row?.state === "DELIVERED" && row;
  });
  expect(leased.holder).toBeNull();
  const third = await setup.append(outbox, messages("a", 3));
  expect(await outbox.redeliver(first.id)).toMatchObject({ due_at: third[0]?.lease_until });
  expect(await outbox.redeliver(second.id)).toMatchObject({ due_at: third[0]?.lease_until });
});

test("with nothing to do it reads about once a second and writes nothing", async () => {
  const outbox = setup.outboxWith({ pollMs: 1000 });
  outbox.start();
  await outbox.dispatch(await setup.append(outbox, messages("a", 1)));
  await drained(outbox);
  const seen = await setup.statements();
  const times: number[] = [];
  setup.database.read.on("query", () => times.push(performance.now()));
  await eventually(() => times.length >= 3, patienceMs);
  expect((times[2] as number) - (times[0] as number)).toBeGreaterThan(1900);
  expect(seen.filter((sql) => !/^\s*SELECT/.test(sql))).toEqual([]);
});
