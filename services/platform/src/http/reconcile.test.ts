import { writeFileSync } from "node:fs";
import { join } from "node:path";
import joi from "joi";
import type { ServiceDefinition } from "../service.ts";
import type { Sweep } from "../sweeps.ts";
import { startTestService } from "../testing/start.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";

const service = (sweeps?: readonly Sweep[]): ServiceDefinition<object> => ({
  name: "notes",
  port: 8099,
  databaseName: "notes",
  config: joi.object({}),
  callers: { reader: ["ops:read"] },
  migrations: [],
  wire: () => ({ routes: [], ...(sweeps ? { sweeps } : {}) }),
});

/** Sweeps from which each run can be awaited. */
function swept() {
  let runs = 0;
  let ran: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    ran = resolve;
  });
  const sweep: Sweep = {
    name: "lost-notes",
    run: async () => {
      runs += 1;
      ran();
      return { found: runs, mended: 1 };
    },
  };
  return { sweep, first };
}

test("a service sweeps once it is ready; asked to, it sweeps again and reports; the metric counts what was mended", async () => {
  const { sweep, first } = swept();
  const running = await startTestService(service([sweep]));
  await first;
  const answer = await running.call("POST", "/admin/reconcile");
  expect([answer.status, answer.body.passes[0]]).toEqual([200, { name: "lost-notes", found: 2, mended: 1 }]);
  const { text } = await running.call("GET", "/metrics", { key: null });
  expect(text).toContain('reconciler_mended_total{kind="lost-notes"} 2');
  await running.stop();
});

test("only an admin may ask for it", async () => {
  const keys = temporaryFolder();
  const [reader, admin] = ["r".repeat(24), "a".repeat(24)];
  writeFileSync(join(keys, "reader"), reader);
  writeFileSync(join(keys, "admin"), admin);
  const running = await startTestService(service(), { API_KEYS_DIR: keys });
  const statuses: number[] = [];
  for (const key of [null, reader, admin])
    statuses.push((await running.call("POST", "/admin/reconcile", { key })).status);
  expect(statuses).toEqual([401, 403, 200]);
  await running.stop();
});

test("a stop while a sweep is at work lets it finish, with the database open", async () => {
  const { sweep, first } = swept();
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let end: unknown;
  const definition = service();
  const running = await startTestService({
    ...definition,
    wire: ({ database }) => ({
      routes: [],
      sweeps: [
        {
          ...sweep,
          run: async (context) => {
            const result = await sweep.run(context);
            await gate;
            end = await database.read.raw("SELECT 1 AS one");
            return result;
          },
        },
      ],
    }),
  });
  await first;
  const stopped = running.stop();
  release();
  await stopped;
  expect(end).toEqual([{ one: 1 }]);
});
