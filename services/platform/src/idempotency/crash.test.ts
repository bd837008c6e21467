import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { caller, type TestAnswer } from "../testing/call.ts";
import { startTestService } from "../testing/start.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { thingsService } from "../testing/things-service.ts";

// Processes that start one after the other take their time on a busy machine.
import.meta.jest.setTimeout(60_000);

const moduleIn = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, path)).href);

/** The service in a process that kills itself when a request reaches this point. */
const mortal = (dataDir: string, point: string) => `
  import { startTestService } from ${moduleIn("../testing/start.ts")};
  import { thingsService } from ${moduleIn("../testing/things-service.ts")};
  const die = (point) => {
    if (point !== ${JSON.stringify(point)}) return;
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => {});
  };
  const { url } = await startTestService(thingsService(die), { DATA_DIR: ${JSON.stringify(dataDir)} });
  console.log(url);`;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Sends to a process that dies of it at `point`; then starts the service again on what is left. */
async function afterDeathAt(
  point: "begun" | "written",
  send: (call: ReturnType<typeof caller>) => Promise<TestAnswer>[],
) {
  const dataDir = temporaryFolder();
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", mortal(dataDir, point)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  children.push(child);
  const ended = once(child, "close");
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  const outcomes = await Promise.allSettled(send(caller(url)));
  const answered = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.status] : []));
  expect(answered.filter((status) => status !== 409)).toEqual([]);
  await ended;
  const service = await startTestService(thingsService(), { DATA_DIR: dataDir });
  const things = async () => (await service.call("GET", "/stats")).body.things;
  return { ...service, things };
}

const headers = { "Idempotency-Key": "k" };
const added = { headers, body: { text: "cup" } };

test("killed between claim and effect: the repetition is taken up at once, and has the one effect", async () => {
  const service = await afterDeathAt("begun", (call) => [call("POST", "/things", added)]);
  expect(await service.things()).toEqual([]);
  const first = await service.call("POST", "/things", added);
  const again = await service.call("POST", "/things", added);
  expect([first.status, again.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
  expect(await service.things()).toEqual([first.body]);
  await service.stop();
});

test("killed between effect and answer: the repetition gets the answer that was kept with the effect", async () => {
  const service = await afterDeathAt("written", (call) => [call("POST", "/things", added)]);
  const [made] = await service.things();
  const { status, headers: got, body } = await service.call("POST", "/things", added);
  expect([status, got.get("idempotent-replayed"), body]).toEqual([201, "true", made]);
  expect(got.get("location")).toBe(`/things/${made.id}`);
  expect(await service.things()).toEqual([made]);
  await service.stop();
});

test("killed between an effect that may be repeated and its answer: it is repeated, and then replayed", async () => {
  const service = await afterDeathAt("written", (call) => [call("POST", "/things/7/put", { headers })]);
  const first = await service.call("POST", "/things/7/put", { headers });
  const again = await service.call("POST", "/things/7/put", { headers });
  expect([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")]).toEqual([null, "true"]);
  expect(again.text).toBe(first.text);
  expect(await service.things()).toHaveLength(1);
  await service.stop();
});

test.each(["begun", "written"] as const)(
  "fifty at once, killed when the first has %s: one effect, one answer",
  async (point) => {
    const fifty = (call: ReturnType<typeof caller>) => Array.from({ length: 50 }, () => call("POST", "/things", added));
    const service = await afterDeathAt(point, fifty);
    const answers = await Promise.all(fifty(service.call));
    const things = await service.things();
    expect(things).toHaveLength(1);
    const texts = new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text));
    expect([...texts]).toEqual([JSON.stringify(things[0])]);
    expect(answers.filter(({ status, body }) => status !== 201 && body.code !== "idempotency-in-flight")).toEqual([]);
    await service.stop();
  },
);
