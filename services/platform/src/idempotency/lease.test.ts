import type { Database } from "../database/database.ts";
import type { Answer } from "../http/route.ts";
import { createLogger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { databaseUnavailable, Problem } from "../problem.ts";
import { backgroundContext, type RequestContext } from "../request-context.ts";
import { openTestDatabase } from "../testing/open-test-database.ts";
import { createIdempotency, type Idempotency } from "./idempotency.ts";
import { keepAnswers } from "./keep-answers.ts";
import { pruneKeys } from "./key-store.ts";

let database: Database;
let idempotency: Idempotency;
let clock = Date.now();
beforeAll(async () => {
  database = await openTestDatabase([{ name: "0001-made", sql: "CREATE TABLE made (id TEXT, by TEXT) STRICT" }]);
  idempotency = boot();
});
afterAll(() => database.close());

const boot = (soleOwner = true, write: Database["write"] = database.write) =>
  createIdempotency({ database: { write }, soleOwner, metrics: createMetrics("test", "0"), now: () => clock });

const newContext = () => backgroundContext(createLogger("test", "silent"), 5000);
const asked = (key: string, fingerprint = "same") => ({ caller: "ann", key, fingerprint, keptForMs: 86_400_000 });
const no = new Problem(409, "no", "No.");
const made = (key: string): Promise<{ id: string; by: string }[]> =>
  database.read("made").where("id", "like", `${key}%`);

/** Carries out a request that writes one row, and says in it who wrote. */
function carryOut(by: string, key: string, options: { on?: Idempotency; until?: () => Promise<void> } = {}) {
  const context: RequestContext = newContext();
  return (options.on ?? idempotency).once(asked(key), context, async () => {
    await options.until?.();
    const { claim } = context;
    if (!claim) throw new Error("the request has no claim");
    const answer: Answer = { status: 201, body: { id: claim.resourceId, by } };
    await database.write(async (trx) => {
      await trx("made").insert({ id: `${key} ${claim.resourceId}`, by });
      await keepAnswers(trx, [{ claim, answer }]);
    });
    return answer;
  });
}

/** A request that holds the key until it is let go, or refused. */
async function hold(key: string, on = idempotency) {
  let open: (refusal?: Problem) => void = () => {};
  let first: Promise<Answer> = Promise.resolve({ status: 0 });
  const claimed = new Promise<void>((begun) => {
    const until = () => {
      begun();
      return new Promise<void>((resolve, reject) => {
        open = (refusal) => (refusal ? reject(refusal) : resolve());
      });
    };
    first = carryOut("first", key, { on, until });
  });
  await claimed;
  return { first, open: (refusal?: Problem) => open(refusal) };
}

test("a lease that ran out is taken over under the same id, and its first holder rolls back", async () => {
  const { first, open } = await hold("lease");
  clock += 59_999;
  await expect(carryOut("second", "lease")).rejects.toMatchObject({ code: "idempotency-in-flight" });
  clock += 1;
  const [{ resource_id: id }] = await database.read("idempotency_keys").where({ key: "lease" });
  const second = await carryOut("second", "lease");
  open();

  await expect(first).rejects.toMatchObject({ code: "idempotency-in-flight" });
  expect(second.body).toEqual({ id, by: "second" });
  expect(await made("lease")).toEqual([{ id: `lease ${id}`, by: "second" }]);
  const replay = await carryOut("third", "lease");
  expect(JSON.parse(replay.json ?? "")).toEqual(second.body);
});

test("what an earlier boot held is free at once for the sole owner, and else when its lease ends", async () => {
  const { first, open } = await hold("boot");
  await expect(carryOut("other", "boot", { on: boot(false) })).rejects.toMatchObject({ code: "idempotency-in-flight" });
  const taken = await carryOut("successor", "boot", { on: boot() });
  open();
  await expect(first).rejects.toMatchObject({ code: "idempotency-in-flight" });
  expect((await made("boot")).map(({ by }) => by)).toEqual(["successor"]);
  expect(taken.body).toMatchObject({ by: "successor" });
});

test("one that lost its lease fails alone: others of its unit keep their answers when run again", async () => {
  const lost = await hold("lost");
  clock += 60_000;
  await carryOut("second", "lost");
  lost.open();
  const [refused, done] = await Promise.allSettled([lost.first, carryOut("own", "neighbour")]);
  expect([refused.status, done.status]).toEqual(["rejected", "fulfilled"]);
  expect((await made("neighbour")).map(({ by }) => by)).toEqual(["own"]);
});

test("a refusal is replayed for a minute; then the key is new, and what it makes has another id", async () => {
  const { first, open } = await hold("refused");
  const [{ resource_id: id }] = await database.read("idempotency_keys").where({ key: "refused" });
  open(no);
  const refused = await first;
  clock += 59_999;
  const copy = await carryOut("copy", "refused");
  expect(copy).toMatchObject({ status: 409, headers: { "Idempotent-Replayed": "true" } });
  expect(JSON.parse(copy.json ?? "")).toEqual(refused.body);
  clock += 1;
  const later = await carryOut("later", "refused");
  expect(later).toMatchObject({ status: 201, body: { id: expect.not.stringContaining(id), by: "later" } });
  expect((await made("refused")).map(({ by }) => by)).toEqual(["later"]);
});

test("a refusal outlives a clock that is set back by less than its time, and is forgotten when it is set back further", async () => {
  const { first, open } = await hold("set back");
  open(no);
  await first;
  const set = clock;
  clock = set - 59_999;
  expect(await carryOut("copy", "set back")).toMatchObject({ status: 409 });
  clock = set - 3_600_000;
  expect(await carryOut("later", "set back")).toMatchObject({ status: 201, body: { by: "later" } });
  clock = set - 7_200_000;
  const again = await carryOut("again", "set back");
  expect(again).toMatchObject({ status: 201, headers: { "Idempotent-Replayed": "true" } });
  clock = set;
});

test("what was kept in a unit that was undone is not the answer: the refusal that undid it is", async () => {
  const context: RequestContext = newContext();
  const undone = () =>
    idempotency.once(asked("undone"), context, async () => {
      const { claim } = context;
      if (!claim) throw new Error("the request has no claim");
      await database.write(async (trx) => {
        await trx("made").insert({ id: "undone", by: "undone" });
        await keepAnswers(trx, [{ claim, answer: { status: 201, body: "made" } }]);
        throw no;
      });
      return { status: 201, body: "made" };
    });
  expect(await undone()).toMatchObject({ status: 409, body: { code: "no" } });
  expect(await undone()).toMatchObject({ status: 409, headers: { "Idempotent-Replayed": "true" } });
  expect(await made("undone")).toEqual([]);
});

test("who shared a unit with one that had lost its lease was not refused: its repetition is carried out", async () => {
  const lost = { resourceId: "gone", caller: "ann", key: "joined", holder: "taken over" };
  const context: RequestContext = newContext();
  const shared = idempotency.once(asked("sharing"), context, async () => {
    const { claim } = context;
    if (!claim) throw new Error("the request has no claim");
    const answer: Answer = { status: 201 };
    await database.write((trx) =>
      keepAnswers(trx, [
        { claim, answer },
        { claim: lost, answer },
      ]),
    );
    return answer;
  });
  await expect(shared).rejects.toMatchObject({ code: "idempotency-in-flight" });
  expect(await carryOut("repetition", "sharing")).toMatchObject({ status: 201, body: { by: "repetition" } });
});

test("one that lost its lease is not told no, because another may have carried it out", async () => {
  const { first, open } = await hold("overtaken");
  clock += 60_000;
  await carryOut("second", "overtaken");
  open(no);
  await expect(first).rejects.toMatchObject({ code: "idempotency-in-flight" });
});

test("nobody is told no before that is kept: a copy could still be carried out", async () => {
  let writes = 0;
  const failing = boot(true, (unit, options) => {
    writes += 1;
    return writes === 2 ? Promise.reject(databaseUnavailable()) : database.write(unit, options);
  });
  const { first, open } = await hold("unkept", failing);
  open(no);
  await expect(first).rejects.toMatchObject({ code: "database-unavailable" });
});

test("a key out of its time is new again, and swept otherwise", async () => {
  const first = await carryOut("first", "old");
  clock += 86_400_000;
  const later = await idempotency.once(asked("old", "another"), newContext(), () => ({ status: 200, body: "later" }));
  expect([first.status, later]).toEqual([201, { status: 200, body: "later" }]);

  await carryOut("first", "swept");
  const kept = await database.read("idempotency_keys").where("expires_at", ">", clock).pluck("key");
  while ((await database.write((trx) => pruneKeys(trx, clock, 2))) > 0);
  expect(await database.read("idempotency_keys").pluck("key")).toEqual(kept);
  expect(kept).toContain("swept");
});

test("a copy of a context for other work does not carry the claim", async () => {
  const context: RequestContext = newContext();
  await idempotency.once(asked("copy"), context, () => {
    expect(context.claim).toBeDefined();
    expect({ ...context }).not.toHaveProperty("claim");
    return { status: 200 };
  });
});
