import joi from "joi";
import { loadHttpClient } from "./peer.ts";
import { createTogether, type TogetherEntry } from "./peer-together.ts";
import { type PeerSetup, reasonOf, startPeerSetup } from "./testing/peer-setup.ts";

interface Letter {
  readonly name: string;
  readonly size: number;
}
interface Weighed extends TogetherEntry {
  readonly weight?: number;
}

let setup: PeerSetup;
// The import takes longer than the shortest deadline of these tests.
beforeAll(loadHttpClient);
beforeEach(async () => {
  setup = await startPeerSetup();
});
afterEach(() => setup.close());

const together = () =>
  createTogether<Letter, Weighed>({
    peer: setup.peerWith(),
    operation: "weigh",
    path: "/weigh",
    key: "name",
    max: 10,
    concurrency: 1,
    gatherMs: 0,
    entry: joi.object({ weight: joi.number() }).xor("weight", "problem"),
    weight: { of: ({ size }) => size, max: 100 },
    bodyOf: (letters) => ({ letters }),
  });

type Answer = (letter: Letter) => object;
const weigh: Answer = ({ name, size }) => ({ name, status: 200, weight: size * 2 });
const answerWith = (answer: Answer) =>
  setup.fake.on("POST", "/weigh", ({ body }) => ({
    body: { results: (body as { letters: Letter[] }).letters.map(answer) },
  }));
const names = () =>
  setup.fake.requests.map(({ body }) => (body as { letters: Letter[] }).letters.map(({ name }) => name));

test("those who ask together share a call, and each gets the entry of its own, be the name the same", async () => {
  answerWith(weigh);
  const { ask } = together();
  const letters = [1, 2, 3].map((size) => ({ name: "same", size }));
  const entries = await Promise.all(letters.map((letter) => ask(setup.within(5000), letter)));
  expect(entries.map(({ weight }) => weight)).toEqual([2, 4, 6]);
  expect(names()).toEqual([["same", "same", "same"]]);
});

test("what would be too large together goes in several calls", async () => {
  answerWith(weigh);
  const { ask } = together();
  const letters = [50, 50, 1, 120].map((size) => ({ name: `of ${size}`, size }));
  await Promise.all(letters.map((letter) => ask(setup.within(5000), letter)));
  expect(names().sort()).toEqual([["of 1"], ["of 120"], ["of 50", "of 50"]]);
});

test("a refusal is its asker's alone, with its members; so is a 5xx, as a peer that is unavailable", async () => {
  const problem = { code: "too-heavy", detail: "It is too heavy.", limit: 5 };
  answerWith(({ name, size }) => {
    if (name === "heavy") return { name, status: 409, problem };
    return name === "stuck" ? { name, status: 503, problem } : weigh({ name, size });
  });
  const { ask } = together();
  const [good, heavy, stuck] = ["good", "heavy", "stuck"].map((name) => ask(setup.within(5000), { name, size: 1 }));
  await expect(heavy).rejects.toMatchObject({ status: 409, code: "too-heavy", members: { limit: 5 } });
  expect(await reasonOf(stuck as Promise<unknown>)).toBe("failing");
  expect(await good).toMatchObject({ weight: 2 });
  expect(names()).toHaveLength(1);
});

test.each([
  ["leaves one out", (results: object[]) => results.slice(1)],
  ["answers for another", (results: object[]) => results.map((entry) => ({ ...entry, name: "another" }))],
  ["answers nothing of use", (results: object[]) => results.map(() => ({ name: "a", status: 200 }))],
])("a peer that %s is not believed", async (_what, spoil) => {
  setup.fake.on("POST", "/weigh", ({ body }) => ({
    body: { results: spoil((body as { letters: Letter[] }).letters.map(weigh)) },
  }));
  expect(await reasonOf(together().ask(setup.within(5000), { name: "a", size: 1 }))).toBe("garbage");
});

test("each waits no longer than its own deadline, and the call goes on for the most patient", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  setup.fake.on("POST", "/weigh", async ({ body }) => {
    await released;
    return { body: { results: (body as { letters: Letter[] }).letters.map(weigh) } };
  });
  const { ask } = together();
  const hasty = ask(setup.within(1000), { name: "hasty", size: 1 });
  const patient = ask(setup.within(10_000), { name: "patient", size: 1 });
  expect(await reasonOf(hasty)).toBe("timeout");
  release();
  expect(await patient).toMatchObject({ weight: 2 });
  expect(names()).toEqual([["hasty", "patient"]]);
});

test("whose turn comes after its deadline is not asked for", async () => {
  answerWith(weigh);
  const { ask } = together();
  expect(await reasonOf(ask(setup.within(0), { name: "late", size: 1 }))).toBe("timeout");
  await ask(setup.within(5000), { name: "in time", size: 1 });
  expect(names()).toEqual([["in time"]]);
});

test("a call that fails is unavailable to all of its askers", async () => {
  await setup.fake.mode("fail");
  const { ask } = together();
  const asked = ["a", "b"].map((name) => ask(setup.within(5000), { name, size: 1 }));
  expect(await Promise.all(asked.map(reasonOf))).toEqual(["failing", "failing"]);
});
