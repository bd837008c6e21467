import {
  backgroundContext,
  Counter,
  currency,
  type Logger,
  type Metrics,
  type Peer,
  PeerUnavailable,
} from "@shop/platform";
import { createCatalogClient } from "./catalog-client.ts";

const silent = { warn() {}, error() {}, debug() {} } as unknown as Logger;
const within = (ms: number) => backgroundContext(silent, ms);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A client for a catalog that knows all products and answers when the test says so. */
function clientOf() {
  const calls: { ids: number[]; answer(): void; fail(): void }[] = [];
  const peer = {
    name: "catalog",
    call: (_context: unknown, { path }: { path: string }) =>
      new Promise((resolve, reject) => {
        const ids = (path.split("=")[1] ?? "").split(",").map(Number);
        calls.push({
          ids,
          answer: () => resolve({ status: 200, headers: {}, body: ids.map((id) => ({ id })) }),
          fail: () => reject(new PeerUnavailable("catalog", "list-products", { reason: "failing", detail: "500" })),
        });
      }),
  } as unknown as Peer;
  const failOpen = new Counter({ name: "fails", help: "-", labelNames: ["peer", "operation"], registers: [] });
  const metrics = { failOpen } as unknown as Metrics;
  const client = createCatalogClient({ peer, unit: currency("USD"), metrics, now: () => 7 });
  const ask = (ids: number[], ms = 5000) => client.ask(within(ms), ids, async (verdicts) => verdicts);
  return { client, calls, ask, counted: async () => (await failOpen.get()).values[0]?.value ?? 0 };
}
type Client = ReturnType<typeof clientOf>;
/** The calls made, once there are so many. */
async function made({ calls }: Client, count: number): Promise<Client["calls"]> {
  while (calls.length < count) await turn();
  return calls;
}

test("questions that come together share a call, and so do those that come while it is under way", async () => {
  const client = clientOf();
  const together = [client.ask([2]), client.ask([1, 2])];
  const [first] = await made(client, 1);
  const later = [client.ask([3]), client.ask([1])];
  first?.answer();
  expect((await Promise.all(together)).map((verdicts) => verdicts?.get(2))).toEqual(
    Array(2).fill({ product: { id: 2 }, at: 7 }),
  );
  const [, second] = await made(client, 2);
  second?.answer();
  expect((await Promise.all(later)).every((verdicts) => verdicts?.size === 2)).toBe(true);
  expect(client.calls.map((call) => call.ids)).toEqual([
    [1, 2],
    [1, 3],
  ]);
});

test("the next call waits for what the answer was wanted for", async () => {
  // It has patience for 50 ms, which a machine that is busy may take between two lines of this test.
  const { jest } = import.meta;
  jest.useFakeTimers({ doNotFake: ["performance", "Date", "nextTick", "queueMicrotask", "setImmediate"] });
  const client = clientOf();
  let store = () => {};
  const stored = new Promise<void>((resolve) => {
    store = resolve;
  });
  const first = client.client.ask(within(5000), [1], () => stored);
  const [call] = await made(client, 1);
  const second = client.ask([2]);
  call?.answer();
  await jest.advanceTimersByTimeAsync(49);
  await turn();
  expect(client.calls).toHaveLength(1);
  store();
  await first;
  await jest.advanceTimersByTimeAsync(1);
  (await made(client, 2))[1]?.answer();
  expect((await second)?.has(2)).toBe(true);
});
afterEach(() => void import.meta.jest.useRealTimers());

test("a call that hangs holds up neither the next one nor those with less time", async () => {
  const client = clientOf();
  const hasty = client.ask([1], 60);
  const patient = client.ask([1], 60_000);
  await made(client, 1);
  const next = client.ask([2]);
  (await made(client, 2))[1]?.answer();
  expect((await next)?.has(2)).toBe(true);
  expect(await hasty).toBeUndefined();
  expect(await client.counted()).toBe(1);
  client.calls[0]?.answer();
  expect((await patient)?.has(1)).toBe(true);
});

test("no call asks for more than 100 products", async () => {
  const client = clientOf();
  const answer = client.ask(Array.from({ length: 150 }, (_, index) => index + 1));
  for (const call of await made(client, 2)) call.answer();
  expect((await answer)?.size).toBe(150);
  expect(client.calls.map((call) => call.ids.length)).toEqual([100, 50]);
});

test("who asks a catalog that fails goes on without it, each is counted, and bugs are not hidden", async () => {
  const client = clientOf();
  const answers = [client.ask([1]), client.ask([2])];
  (await made(client, 1))[0]?.fail();
  expect(await Promise.all(answers)).toEqual([undefined, undefined]);
  expect(await client.counted()).toBe(2);
  const broken = client.client.ask(within(5000), [1], () => Promise.reject(new TypeError("a bug")));
  (await made(client, 2))[1]?.answer();
  await expect(broken).rejects.toThrow("a bug");
});
