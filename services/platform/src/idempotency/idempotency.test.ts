import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestAnswer, TestCall } from "../testing/call.ts";
import { startTestService, type TestService } from "../testing/start.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { thingsService } from "../testing/things-service.ts";

/** Holds a request that has begun until what it returns is over. */
let hold: (() => Promise<void>) | undefined;
let service: TestService;
beforeAll(async () => {
  const keys = temporaryFolder();
  for (const caller of ["admin", "ann", "bob"]) writeFileSync(join(keys, caller), keyOf(caller));
  service = await startTestService(
    thingsService((point) => (point === "begun" ? hold?.() : undefined)),
    { API_KEYS_DIR: keys },
  );
});
afterAll(() => service.stop());

const keyOf = (caller: string) => `a-long-enough-key-of-${caller}`;
const post = (
  path: string,
  key: string | undefined,
  { caller = "ann", ...options }: TestCall & { caller?: string } = {},
) =>
  service.call("POST", path, {
    key: keyOf(caller),
    ...options,
    headers: { ...options.headers, ...(key === undefined ? {} : { "Idempotency-Key": key }) },
  });
const add = (text: string, key?: string, more: { caller?: string; query?: string } = {}) =>
  post(`/things${more.query ?? ""}`, key, { ...more, body: { text } });
const things = async (text: string): Promise<{ id: string }[]> =>
  (await service.call("GET", "/stats", { key: keyOf("admin") })).body.things.filter(
    (thing: { text: string }) => thing.text === text,
  );
const replays = async () =>
  (await service.metrics.registry.getSingleMetric("idempotency_replays_total")?.get())?.values[0]?.value;

test("a repetition is answered with the same bytes and headers, is counted, and has no effect", async () => {
  const before = await replays();
  const first = await add("cup", "cup-1");
  const again = await add("cup", "cup-1");

  expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([201, null]);
  expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
  expect(again.text).toBe(first.text);
  for (const name of ["content-type", "location", "etag"])
    expect(again.headers.get(name)).toBe(first.headers.get(name) ?? "missing");
  expect(first.headers.get("location")).toBe(`/things/${first.body.id}`);
  expect(again.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
  expect(await things("cup")).toEqual([{ id: first.body.id, text: "cup" }]);
  expect(await replays()).toBe((before ?? 0) + 1);
});

test("another body, path or query under the key is 422; the order of the query is none of them", async () => {
  const first = await add("pan", "pan-1", { query: "?place=a&shelf=b" });
  for (const other of [
    add("pot", "pan-1", { query: "?place=a&shelf=b" }),
    add("pan", "pan-1", { query: "?place=a" }),
    post("/ends/200", "pan-1"),
  ])
    expect((await other).body).toMatchObject({ status: 422, code: "idempotency-key-reused" });
  expect((await add("pan", "pan-1", { query: "?shelf=b&place=a" })).text).toBe(first.text);
  expect(await things("pot")).toEqual([]);
});

test("a key belongs to its caller", async () => {
  const anns = await add("mug", "mug-1");
  const bobs = await add("mug", "mug-1", { caller: "bob" });
  expect([bobs.status, bobs.headers.get("idempotent-replayed")]).toEqual([201, null]);
  expect(bobs.body.id).not.toBe(anns.body.id);
});

test("while the first is under way a repetition is 409 and told when to come back", async () => {
  let letGo = () => {};
  let first: Promise<TestAnswer> | undefined;
  await new Promise<void>((begun) => {
    hold = () => {
      hold = undefined;
      begun();
      return new Promise((resolve) => {
        letGo = resolve;
      });
    };
    first = add("jar", "jar-1");
  });
  const meanwhile = await add("jar", "jar-1");
  expect([meanwhile.status, meanwhile.body.code, meanwhile.headers.get("retry-after")]).toEqual([
    409,
    "idempotency-in-flight",
    "1",
  ]);
  letGo();
  const answer = await first;
  expect(answer?.status).toBe(201);
  expect((await add("jar", "jar-1")).text).toBe(answer?.text);
});

test("fifty at once have one effect and one answer", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => add("bowl", "bowl-1")));
  const [made] = await things("bowl");
  expect(await things("bowl")).toHaveLength(1);
  for (const answer of answers)
    expect(answer.status === 201 ? answer.body.id : answer.body.code).toBe(
      answer.status === 201 ? made?.id : "idempotency-in-flight",
    );
  expect(answers.filter((answer) => answer.status === 201).length).toBeGreaterThan(0);
});

test("a success and a declined payment are final", async () => {
  for (const status of [200, 402]) {
    const first = await post(`/ends/${status}`, `final-${status}`);
    const again = await post(`/ends/${status}`, `final-${status}`);
    expect([again.status, again.headers.get("idempotent-replayed"), again.text]).toEqual([status, "true", first.text]);
    expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
    expect(again.headers.get("x-end")).toBe(first.headers.get("x-end"));
  }
});

test("a late copy of a refused request is refused as it was, and not carried out; nothing else may use the key", async () => {
  const refused = await post("/ends/409", "refused-1");
  const copy = await post("/ends/409", "refused-1");
  expect([refused.status, refused.body.code, refused.headers.get("idempotent-replayed")]).toEqual([409, "ended", null]);
  expect([copy.status, copy.text, copy.headers.get("idempotent-replayed")]).toEqual([409, refused.text, "true"]);
  for (const name of ["content-type", "x-end"]) expect(copy.headers.get(name)).toBe(refused.headers.get(name));
  expect(refused.headers.get("content-type")).toBe("application/problem+json");
  expect(await things(refused.body.text)).toHaveLength(1);
  expect((await add("lid", "refused-1")).body.code).toBe("idempotency-key-reused");
});

test.each([202, 500, 503])(
  "after %d a repetition runs again, under the same id, and nothing else may use the key",
  async (status) => {
    const key = `unknown-${status}`;
    for (const _ of [1, 2]) expect((await post(`/ends/${status}`, key)).status).toBe(status);
    expect((await add("lid", key)).body.code).toBe("idempotency-key-reused");
    const { body } = await service.call("GET", "/stats", { key: keyOf("admin") });
    const ran = body.things.filter(({ text }: { text: string }) => text.startsWith(`${status} `));
    expect([ran.length, ran[0].text]).toEqual([2, ran[1].text]);
  },
);

test.each([
  ["with a space", "a b"],
  ["that is empty", ""],
  ["beyond ASCII", "é"],
  ["too long", "x".repeat(256)],
])("a key %s is 422 with its pointer, beside the other faults", async (_what, key) => {
  const { status, body } = await post("/things", key, { body: { text: 1 } });
  expect([status, body.code]).toEqual([422, "invalid-request"]);
  expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
    "/body/text",
    "/header/Idempotency-Key",
  ]);
});

test("a route that tells repetitions by something else leaves the key alone", async () => {
  const answers = [await post("/unheeded", "none-1"), await post("/unheeded", "none-1")];
  for (const answer of answers)
    expect([answer.body.claimed, answer.headers.get("idempotent-replayed")]).toEqual([false, null]);
});

test("without a key nothing is claimed and nothing more is written", async () => {
  const units = async () =>
    (await service.metrics.commitDuration.get()).values.find(({ metricName }) => metricName?.endsWith("_count"))?.value;
  const before = (await units()) ?? 0;
  await add("tin");
  await add("tin");
  expect(await units()).toBe(before + 2);
  expect(await things("tin")).toHaveLength(2);
});
