import joi from "joi";
import { loadHttpClient } from "./peer.ts";
import { beforeDeadline } from "./testing/before-deadline.ts";
import { type PeerFault, peerFaults } from "./testing/fake-peer.ts";
import { key, type PeerSetup, read, reasonOf, startPeerSetup, write } from "./testing/peer-setup.ts";

let setup: PeerSetup;
// The import takes longer than the deadlines of these tests.
beforeAll(loadHttpClient);
beforeEach(async () => {
  setup = await startPeerSetup();
});
afterEach(() => setup.close());

describe("an answer", () => {
  test("is handed back with the fields its schema does not know", async () => {
    const answer = await setup.peerWith().call(setup.within(2000), read);
    expect(answer).toMatchObject({ status: 200, body: { id: 1, added_later: true } });
    expect(await setup.outcomes()).toEqual({ "read ok": 1 });
  });

  test("that is a problem document below 500 is handed back too", async () => {
    const answer = await setup.peerWith().call(setup.within(2000), { ...read, path: "/nothing" });
    expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
    expect(await setup.outcomes()).toEqual({ "read client-error": 1 });
  });

  test("without a body is no garbage where there is none to come", async () => {
    setup.fake.on("GET", "/products/:id", { status: 304, headers: { etag: '"1.1"' } });
    const answer = await setup.peerWith().call(setup.within(2000), { ...read, answers: { 304: joi.any() } });
    expect(answer).toMatchObject({ status: 304, body: undefined, headers: { etag: '"1.1"' } });
  });

  test.each([
    ["breaks its schema", { body: { id: "1" } }],
    ["is empty", { status: 200 }],
    ["redirects", { status: 302, headers: { location: "/products/2" } }],
    ["is a 4xx without a code", { status: 404, body: { detail: "Not Found" } }],
    ["is larger than 8 MiB", { body: { id: 1, filler: "x".repeat(9 * 1024 * 1024) } }],
  ])("is garbage when it %s, and not asked for again", async (_what, answer) => {
    setup.fake.on("GET", "/products/:id", answer);
    expect(await reasonOf(setup.peerWith().call(setup.within(2000), read))).toBe("garbage");
    expect(setup.fake.requests).toHaveLength(1);
  });
});

test("a call carries the key, the request's id and trace, its JSON, and the time left less 300 ms", async () => {
  const context = {
    ...setup.within(2000),
    requestId: "r-1",
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  };
  let leftMs = 0;
  setup.fake.on("POST", "/products", () => {
    leftMs = context.deadline - performance.now();
    return { status: 201, body: { id: 2 } };
  });
  await setup.peerWith().call(context, { ...write, body: { name: "é" }, headers: { "Idempotency-Key": "k1" } });
  const [{ headers, body }] = setup.fake.requests as [(typeof setup.fake.requests)[0]];
  expect(body).toEqual({ name: "é" });
  expect(headers).toMatchObject({
    "x-api-key": key,
    "x-request-id": "r-1",
    traceparent: context.traceparent,
    "idempotency-key": "k1",
  });
  // It was sent before it arrived, with more time left.
  expect(Number(headers["x-deadline-ms"])).toBeGreaterThanOrEqual(Math.floor(leftMs - 300));
  expect(Number(headers["x-deadline-ms"])).toBeLessThanOrEqual(1700);
});

test.each(["/../admin", "products", "@evil.example/", "/products/1#x"])("the path %s is a bug", async (path) => {
  await expect(setup.peerWith().call(setup.within(2000), { ...read, path })).rejects.toMatchObject({
    name: "TypeError",
  });
  expect(setup.fake.requests).toHaveLength(0);
});

describe("a fault", () => {
  const reasons: Record<PeerFault, string> = {
    refuse: "refused",
    hang: "timeout",
    slow: "timeout",
    fail: "failing",
    garbage: "garbage",
    unauthorized: "unauthorized",
    forbidden: "unauthorized",
    reset: "failing",
  };

  test.each(peerFaults)("%s is named within the deadline, in metrics and log, and the key is not", async (fault) => {
    await setup.fake.mode(fault);
    // Far for those that answer: only two of them take all the time there is.
    const context = setup.within(reasons[fault] === "timeout" ? 750 : 10_000);
    const called = setup.peerWith().call(context, read);
    expect(await beforeDeadline(context, reasonOf(called))).toBe(reasons[fault]);
    expect(await setup.outcomes()).toEqual({ [`read ${reasons[fault]}`]: 1 });
    const level = reasons[fault] === "unauthorized" ? "error" : "warn";
    expect(setup.logged.map((line) => JSON.parse(line))).toMatchObject([
      { level, operation: "read", reason: reasons[fault] },
    ]);
    expect(setup.logged.join()).not.toContain(key);
  });

  test.each(["fail", "reset"] as const)("%s is met with one repetition, of idempotent calls alone", async (fault) => {
    await setup.fake.mode(fault);
    await reasonOf(setup.peerWith().call(setup.within(2000), read));
    expect(setup.fake.requests).toHaveLength(2);
    await reasonOf(setup.peerWith().call(setup.within(2000), { ...write, idempotent: true }));
    expect(setup.fake.requests).toHaveLength(4);
    await reasonOf(setup.peerWith().call(setup.within(2000), write));
    expect(setup.fake.requests).toHaveLength(5);
  });

  test("that passes at once is not seen by the caller", async () => {
    setup.fake.on("GET", "/products/:id", () => (setup.fake.requests.length === 1 ? "fail" : { body: { id: 1 } }));
    expect(await setup.peerWith().call(setup.within(2000), read)).toMatchObject({ status: 200 });
    expect(await setup.outcomes()).toEqual({ "read ok": 1 });
  });

  test("says whether the peer may have done what was asked", async () => {
    const sent = async (withinMs: number) =>
      (
        await setup
          .peerWith()
          .call(setup.within(withinMs), write)
          .catch((error) => error)
      ).sent;
    await setup.fake.mode("refuse");
    expect(await sent(10_000)).toBe(false);
    for (const fault of ["hang", "fail", "reset"] as const) {
      await setup.fake.mode(fault);
      expect(await sent(fault === "hang" ? 300 : 10_000)).toBe(true);
    }
  });

  test("with a Retry-After is not repeated before, and the caller is told when", async () => {
    setup.fake.on("GET", "/products/:id", { status: 503, headers: { "retry-after": "7" } });
    await expect(setup.peerWith().call(setup.within(2000), read)).rejects.toMatchObject({
      reason: "failing",
      retryAfterS: 7,
    });
    expect(setup.fake.requests).toHaveLength(1);
  });
});

describe("a kept connection that was cut before the answer", () => {
  test("is replaced for an idempotent call", async () => {
    const peer = setup.peerWith();
    await peer.call(setup.within(2000), write);
    setup.fake.on("POST", "/products", () =>
      setup.fake.requests.length === 2 ? "reset" : { status: 201, body: { id: 3 } },
    );
    const answer = await peer.call(setup.within(2000), { ...write, idempotent: true });
    expect(answer).toMatchObject({ status: 201, body: { id: 3 } });
    expect(setup.fake.requests).toHaveLength(3);
  });

  test("ends any other call, which the peer may have carried out", async () => {
    const peer = setup.peerWith();
    await peer.call(setup.within(2000), write);
    setup.fake.on("POST", "/products", "reset");
    await expect(peer.call(setup.within(2000), write)).rejects.toMatchObject({ reason: "failing", sent: true });
    expect(setup.fake.requests).toHaveLength(2);
  });

  test("may have brought the call to a peer that is gone when it is repeated", async () => {
    const peer = setup.peerWith();
    await peer.call(setup.within(2000), write);
    setup.fake.on("POST", "/products", async (): Promise<"reset"> => {
      await setup.fake.mode("refuse");
      return "reset";
    });
    const repeated = peer.call(setup.within(2000), { ...write, idempotent: true });
    await expect(repeated).rejects.toMatchObject({ reason: "refused", sent: true });
  });

  test("is replaced once", async () => {
    const peer = setup.peerWith();
    await peer.call(setup.within(2000), write);
    await setup.fake.mode("reset");
    expect(await reasonOf(peer.call(setup.within(2000), { ...write, idempotent: true }))).toBe("failing");
    expect(setup.fake.requests).toHaveLength(3);
  });
});

describe("keys", () => {
  const keysSeen = () => setup.fake.requests.map(({ headers }) => headers["x-api-key"]);
  beforeEach(() => {
    setup.fake.on("POST", "/products", ({ headers }) =>
      headers["x-api-key"] === "good" ? { status: 201, body: { id: 2 } } : "unauthorized",
    );
  });

  test("the next one is tried after a 401", async () => {
    await setup.peerWith({ keys: () => ["old", "good"] }).call(setup.within(2000), write);
    expect(keysSeen()).toEqual(["old", "good"]);
    expect(setup.logged).toEqual([]);
  });

  test("of a file that changed meanwhile, the new one is tried", async () => {
    await setup
      .peerWith({ keys: () => (setup.fake.requests.length === 0 ? ["old"] : ["good", "old"]) })
      .call(setup.within(2000), write);
    expect(keysSeen()).toEqual(["old", "good"]);
  });

  test("only one more is tried, and none after a 403", async () => {
    const peer = setup.peerWith({ keys: () => ["old", "older", "good"] });
    expect(await reasonOf(peer.call(setup.within(2000), write))).toBe("unauthorized");
    expect(keysSeen()).toEqual(["old", "older"]);
    await setup.fake.mode("forbidden");
    expect(await reasonOf(peer.call(setup.within(2000), write))).toBe("unauthorized");
    expect(setup.fake.requests).toHaveLength(3);
  });

  test("that are refused do not open the breaker: the peer is well", async () => {
    const peer = setup.peerWith({ breaker: { failures: 2 } });
    await setup.fake.mode("unauthorized");
    for (let i = 0; i < 3; i++) await reasonOf(peer.call(setup.within(2000), write));
    expect(peer.state()).toBe("closed");
  });
});
