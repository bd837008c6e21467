import type { Database } from "./database/database.ts";
import { createLogger } from "./log.ts";
import { takeIn } from "./outbox/inbox.ts";
import { pruneSweeps } from "./prune-sweeps.ts";
import { backgroundContext } from "./request-context.ts";
import { openTestDatabase } from "./testing/open-test-database.ts";

const log = createLogger("test", "silent");
const day = 24 * 60 * 60 * 1000;
const now = 1_700_000_000_000;

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase([]);
});
afterEach(() => database.close());

async function run(name: string, outbox?: { prune(before: number, limit: number): Promise<number> }) {
  const found = pruneSweeps({ database, outbox, now: () => now }).find((sweep) => sweep.name === name);
  return found?.run(backgroundContext(log, 5000));
}

const key = (name: string, expires_at: number) => ({
  caller: "admin",
  key: name,
  fingerprint: "f",
  resource_id: name,
  lease_until: 0,
  created_at: 0,
  expires_at,
});

test("keys are forgotten when their time is over, and not before", async () => {
  await database.write((trx) => trx("idempotency_keys").insert([key("past", now - 1), key("alive", now + 1)]));
  expect(await run("prune-idempotency-keys")).toEqual({ found: 1, mended: 1 });
  expect(await database.read("idempotency_keys").pluck("key")).toEqual(["alive"]);
});

test("ids of messages are forgotten after 30 days, however many, in portions", async () => {
  const old = Array.from({ length: 1201 }, (_, index) => `old-${index}`);
  await database.write((trx) => takeIn(trx, old, now - 30 * day - 1));
  await database.write((trx) => takeIn(trx, ["young"], now - 30 * day));
  expect(await run("prune-inbox")).toEqual({ found: 1201, mended: 1201 });
  expect(await database.read("inbox").pluck("webhook_id")).toEqual(["young"]);
});

test("one run has an end, however much there is", async () => {
  const asked: number[][] = [];
  const endless = {
    prune: async (...given: [number, number]) => {
      asked.push(given);
      return 500;
    },
  };
  expect(await run("prune-outbox", endless)).toEqual({ found: 20_000, mended: 20_000 });
  expect(asked).toEqual(Array(40).fill([now - 7 * day, 500]));
});
