import { setImmediate } from "node:timers/promises";
import { loadHttpClient, type Peer } from "./peer.ts";
import { beforeDeadline } from "./testing/before-deadline.ts";
import type { PeerFault } from "./testing/fake-peer.ts";
import { type PeerSetup, read, reasonOf, startPeerSetup, write } from "./testing/peer-setup.ts";

let setup: PeerSetup;
// The import takes longer than the deadlines of these tests.
beforeAll(loadHttpClient);
beforeEach(async () => {
  setup = await startPeerSetup();
});
afterEach(() => setup.close());

describe("the breaker", () => {
  const breaker = { failures: 2, probeAfterMs: 100 };

  async function opened(fault: PeerFault, probeAfterMs = breaker.probeAfterMs): Promise<Peer> {
    const peer = setup.peerWith({ breaker: { ...breaker, probeAfterMs } });
    await setup.fake.mode(fault);
    // So much that it is a fair time still where a busy machine begins late.
    for (let i = 0; i < breaker.failures; i++) await reasonOf(peer.call(setup.within(1000), read));
    return peer;
  }

  test.each(["refuse", "hang", "fail", "garbage", "reset"] as const)("opens on %s", async (fault) => {
    const peer = await opened(fault);
    expect(peer.state()).toBe("open");
    expect(await setup.breakerMetric()).toMatchObject([{ value: 2, labels: { peer: "catalog" } }]);
  });

  test("answers at once while open, without asking the peer", async () => {
    const peer = await opened("hang", 60_000);
    const asked = setup.fake.requests.length;
    const refused = peer.call(setup.within(5000), write).catch((error) => error);
    // At once: before anything that the event loop would wait for.
    expect(await Promise.race([refused, setImmediate("later")])).toMatchObject({
      reason: "breaker-open",
      retryAfterS: 60,
    });
    expect(setup.fake.requests).toHaveLength(asked);
  });

  test("lets one probe through; when it succeeds all calls go again and listeners are told", async () => {
    const peer = await opened("refuse");
    let told = 0;
    peer.onRecovered(() => told++);
    await setup.fake.mode("ok");
    let refused: PromiseRejectedResult[];
    // Distinct paths, because identical GETs are one call. The time of the probe may come between the two.
    let n = 0;
    do {
      await setImmediate();
      const two = [n++, n++].map((id) => peer.call(setup.within(2000), { ...read, path: `/products/${id}` }));
      refused = (await Promise.allSettled(two)).filter((outcome) => outcome.status === "rejected");
    } while (refused.length === 2);
    expect(refused.map(({ reason }) => reason.reason)).toEqual(["breaker-open"]);
    expect(told).toBe(1);
    expect(peer.state()).toBe("closed");
    expect(await setup.breakerMetric()).toMatchObject([{ value: 0 }]);
    expect(await peer.call(setup.within(2000), read)).toMatchObject({ status: 200 });
    expect(told).toBe(1);
  });

  test("tells listeners also when it never opened: the peer was down and is up again at its port", async () => {
    const peer = setup.peerWith();
    let told = 0;
    peer.onRecovered(() => told++);
    await peer.call(setup.within(2000), read);
    expect(told).toBe(0);
    await setup.fake.mode("refuse");
    expect(await reasonOf(peer.call(setup.within(2000), read))).toBe("refused");
    await setup.fake.mode("ok");
    expect(await peer.call(setup.within(2000), read)).toMatchObject({ status: 200 });
    expect(told).toBe(1);
  });

  test("does not hold time-outs against a peer that was given too little time", async () => {
    const peer = setup.peerWith({ breaker });
    await setup.fake.mode("hang");
    for (let i = 0; i < 3; i++) expect(await reasonOf(peer.call(setup.within(100), read))).toBe("timeout");
    expect(peer.state()).toBe("closed");
  });
});

describe("identical GETs under way", () => {
  test("are one call; other paths, headers and methods are not", async () => {
    const peer = setup.peerWith();
    const same = Array.from({ length: 20 }, () => peer.call(setup.within(2000), read));
    const different = [
      peer.call(setup.within(2000), { ...read, path: "/products/2" }),
      peer.call(setup.within(2000), { ...read, headers: { "if-none-match": '"1.1"' } }),
      peer.call(setup.within(2000), write),
      peer.call(setup.within(2000), write),
    ];
    const answers = await Promise.all([...same, ...different]);
    expect(answers).toHaveLength(24);
    expect(setup.fake.requests).toHaveLength(5);
    await peer.call(setup.within(2000), read);
    expect(setup.fake.requests).toHaveLength(6);
  });

  test("keep a caller no longer than its own deadline", async () => {
    const peer = setup.peerWith();
    await setup.fake.mode("slow");
    const patient = peer.call(setup.within(5000), read);
    const hurried = setup.within(500);
    expect(await beforeDeadline(hurried, reasonOf(peer.call(hurried, read)))).toBe("timeout");
    expect(await patient).toMatchObject({ status: 200 });
    expect(setup.fake.requests).toHaveLength(1);
  });

  test("are begun again for callers that have time when the first one's is up", async () => {
    const peer = setup.peerWith();
    setup.fake.on("GET", "/products/:id", () => (setup.fake.requests.length === 1 ? "hang" : { body: { id: 1 } }));
    // Time enough to be sent: only a call that arrived can hang there.
    const hurried = reasonOf(peer.call(setup.within(1000), read));
    const patient = [peer.call(setup.within(10_000), read), peer.call(setup.within(10_000), read)];
    expect(await hurried).toBe("timeout");
    expect(await Promise.all(patient)).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(setup.fake.requests).toHaveLength(2);
  });
});

describe("calls in flight", () => {
  test("are 64 at most, and the others follow in their turn", async () => {
    let underWay = 0;
    let most = 0;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    setup.fake.on("POST", "/products", async () => {
      most = Math.max(most, ++underWay);
      await gate;
      underWay--;
      return { status: 201, body: { id: 1 } };
    });
    const peer = setup.peerWith();
    const calls = Array.from({ length: 100 }, () => peer.call(setup.within(15_000), write));
    await setup.fake.waitForRequests(64);
    // Another caller finds no slot for the whole of its time, in which a 65th request would have arrived.
    expect(await reasonOf(peer.call(setup.within(200), read))).toBe("busy");
    expect(setup.fake.requests).toHaveLength(64);
    open();
    await Promise.all(calls);
    expect(most).toBe(64);
    expect(setup.fake.requests).toHaveLength(100);
  });

  test("that wait are sent away when 1,024 do, and when the breaker opens", async () => {
    const peer = setup.peerWith({ maxInFlight: 1, breaker: { failures: 1 } });
    await setup.fake.mode("hang");
    // A fair time also when a thousand calls were made in it.
    const first = reasonOf(peer.call(setup.within(3000), write));
    await setup.fake.waitForRequests(1);
    const waiting = Array.from({ length: 1024 }, () => reasonOf(peer.call(setup.within(15_000), write)));
    expect(await reasonOf(peer.call(setup.within(15_000), write))).toBe("busy");
    expect(await first).toBe("timeout");
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["breaker-open"]));
    expect(setup.fake.requests).toHaveLength(1);
  });
});
