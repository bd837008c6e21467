import { type FakePeer, startFakePeer } from "./fake-peer.ts";

let fake: FakePeer;
beforeEach(async () => {
  fake = await startFakePeer({ slowMs: 60_000 });
});
afterEach(() => fake.close());

const post = (path: string, body: string) => fetch(fake.url + path, { method: "POST", body });

test("records what was asked and answers by the latest route that matches", async () => {
  fake.on("POST", "/orders/:id/cancel", { status: 204 });
  fake.on("POST", "/orders/:id/cancel", ({ params, query }) => ({ body: { ...params, ...query } }));
  const answer = await post("/orders/a%2Fb/cancel?why=late", '{"x":1}');
  expect(await answer.json()).toEqual({ id: "a/b", why: "late" });
  expect(fake.requests).toMatchObject([{ method: "POST", path: "/orders/a%2Fb/cancel", body: { x: 1 } }]);
  const unknown = await fetch(`${fake.url}/orders`);
  expect(unknown.status).toBe(404);
  expect(unknown.headers.get("content-type")).toBe("application/problem+json");
});

test("comes back on the same port after refusing", async () => {
  await fetch(fake.url);
  await fake.mode("refuse");
  await expect(fetch(fake.url)).rejects.toThrow();
  await fake.mode("ok");
  expect((await fetch(fake.url)).status).toBe(404);
});

test.each(["hang", "slow"] as const)("closes at once while a caller waits (%s)", async (fault) => {
  await fake.mode(fault);
  const given = fetch(fake.url).catch(() => "cut off");
  await fake.waitForRequests(1);
  // The slow answer would come, and the hanging caller give up, after the time that a test may take.
  await fake.close();
  expect(await given).toBe("cut off");
});

test("waiting for requests that never come says how many did", async () => {
  await fetch(fake.url);
  await expect(fake.waitForRequests(2, 20)).rejects.toThrow("1 of 2 requests");
});

test("a responder that throws fails the test when the peer is closed", async () => {
  const broken = await startFakePeer();
  broken.on("GET", "/", () => {
    throw new Error("an assertion in a responder");
  });
  await expect(fetch(broken.url)).rejects.toThrow();
  await expect(broken.close()).rejects.toThrow("an assertion in a responder");
});
