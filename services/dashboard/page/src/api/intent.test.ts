import "../testing/storage.ts";
import { begin } from "../session/session.ts";
import { intentOpen, once, openWish } from "./intent.ts";
import { ApiProblem, unreachable } from "./problem.ts";

const problem = (status: number, code = "x") => new ApiProblem({ code }, status);
/** Asks twice under one intent, the first with this outcome; whether the second was the same request. */
async function repeats(outcome: { status: number } | Error): Promise<boolean> {
  const keys: string[] = [];
  const ask = async (key: string) => {
    keys.push(key);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const intent = `pay:${Math.random()}`;
  await once(intent, ask).catch(() => {});
  await once(intent, ask).catch(() => {});
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  return keys[0] === keys[1];
}

test.each([
  ["no answer", unreachable()],
  ["a service that is away", problem(503, "peer-unavailable")],
  ["a fault of the service", problem(500)],
  ["a first one that is under way", problem(409, "idempotency-in-flight")],
  ["an outcome that is not certain yet", { status: 202 }],
])("after %s the same is asked again", async (_what, outcome) => {
  expect(await repeats(outcome)).toBe(true);
});

test.each([
  ["a success", { status: 200 }],
  ["a refusal", problem(409, "insufficient-stock")],
  ["a decline", problem(402, "payment-declined")],
])("after %s the next is another", async (_what, outcome) => {
  expect(await repeats(outcome)).toBe(false);
});

test.each([401, 403, 429])(
  "a %d at the first try ends it; after an earlier one it says nothing of that",
  async (status) => {
    expect(await repeats(problem(status))).toBe(false);
    const keys: string[] = [];
    const outcomes = [unreachable(), problem(status), problem(status)];
    const ask = async (key: string) => {
      keys.push(key);
      throw outcomes[keys.length - 1];
    };
    for (const _ of outcomes) await once(`refund:${status}`, ask).catch(() => {});
    expect(new Set(keys).size).toBe(1);
  },
);

test("intents have keys of their own", async () => {
  const keys: string[] = [];
  for (const intent of ["a", "b"])
    await once(intent, async (key) => {
      keys.push(key);
      return { status: 202 };
    });
  expect(keys[0]).not.toBe(keys[1]);
});

test("what one caller began is not gone on with in the name of another", async () => {
  const keys: string[] = [];
  const ask = async (key: string) => {
    keys.push(key);
    return { status: 202 };
  };
  for (const caller of ["alice", "bob", "alice"]) {
    begin({ key: `key-of-${caller}`, caller, scopes: [] });
    expect(intentOpen("pay:7")).toBe(keys.length === 2);
    await once("pay:7", ask);
  }
  expect([keys[0] === keys[1], keys[0] === keys[2]]).toEqual([false, true]);
});

test("what was asked for is known as long as its outcome is not", async () => {
  const wish = { amount: 5, reason: "scratched" };
  await once("refund:1", async () => ({ status: 202 }), wish);
  expect(openWish("refund:1")).toEqual(wish);
  await once("refund:1", async () => ({ status: 201 }));
  expect(openWish("refund:1")).toBeUndefined();
});
