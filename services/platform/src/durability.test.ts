import { chmodSync, closeSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseRefused } from "./database/database.ts";
import { notesService } from "./testing/notes-service.ts";
import { smallDisk } from "./testing/small-disk.ts";
import { startTestService, type TestService } from "./testing/start.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

// What a service says when its file is taken from it, spoilt or closed to it. Full disks: database/full-disk.test.ts.

const running: TestService[] = [];
async function start(dataDir = temporaryFolder()) {
  const service = await startTestService(notesService(), { DATA_DIR: dataDir });
  running.push(service);
  const add = () => service.call("POST", "/notes");
  const ids = async (): Promise<number[]> => {
    const { body } = await service.call("GET", "/notes");
    return body.map(({ id }: { id: number }) => id);
  };
  return { service, file: join(dataDir, "notes.db"), dataDir, add, ids };
}
const stopAll = async () => {
  for (const service of running.splice(0)) await service.stop();
};
afterEach(stopAll);

/** Asks until the answer has this status; the test's own time-out is the bound. */
async function until(status: number, ask: () => Promise<{ status: number }>): Promise<void> {
  while ((await ask()).status !== status);
}

const unavailable = { status: 503, body: { code: "database-unavailable" } };

test("a file that vanished: 503 to all but the liveness probe, and service as before once it is put back", async () => {
  const { service, file, add, ids } = await start();
  await add();
  renameSync(file, `${file}.away`);
  expect(await add()).toMatchObject(unavailable);
  const ready = () => service.call("GET", "/readyz", { key: null });
  await until(503, ready);
  expect((await ready()).body).toEqual({ status: "database-vanished" });
  expect(await service.call("GET", "/notes")).toMatchObject(unavailable);
  expect((await service.call("GET", "/livez", { key: null })).status).toBe(200);

  renameSync(`${file}.away`, file);
  await until(200, ready);
  expect((await add()).status).toBe(200);
  expect(await ids()).toEqual([1, 2]);
});

test("a file that vanished: what is asked for as a backup is not made of something else", async () => {
  const { service, file, ids } = await start();
  await ids();
  rmSync(file);
  writeFileSync(file, "");
  const { headers, status } = await service.call("POST", "/admin/backup");
  // Refused at once, or begun before the loss was seen: then it fails and says why.
  if (status === 202) {
    const ask = async () => (await service.call("GET", headers.get("location") ?? "")).body;
    let backup = await ask();
    while (backup.status === "running") backup = await ask();
    expect(backup.code ?? backup.failure.code).toMatch(/^database-(vanished|unavailable)$/);
  } else expect(status).toBe(503);
  expect(statSync(file).size).toBe(0);
});

/** Overwrites pages of a closed database, counted from its end. */
function spoil(file: string, from: number, count: number): void {
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(4096 * count, 0xff), 0, 4096 * count, statSync(file).size - 4096 * from);
  closeSync(handle);
}

test("a file damaged in the middle: what needs the damaged part is 503, never a wrong answer or a 500", async () => {
  const first = await start();
  for (let i = 0; i < 40; i++) await first.add();
  await stopAll();
  spoil(first.file, 6, 4);
  const { service, add } = await start(first.dataDir);
  expect(await service.call("GET", "/notes")).toMatchObject(unavailable);
  // A write that meets damage is refused; one that does not is kept. Neither harms the process.
  expect([200, 503]).toContain((await add()).status);
  expect((await service.call("GET", "/livez", { key: null })).status).toBe(200);
});

test("a file damaged at its beginning is refused at the start, by name and with the way out", async () => {
  const { file, dataDir, add } = await start();
  await add();
  await stopAll();
  spoil(file, statSync(file).size / 4096, 1);
  const refusal = await start(dataDir).catch((error) => error);
  expect(refusal).toBeInstanceOf(DatabaseRefused);
  expect(refusal.message).toContain(file);
  expect(refusal.message).toMatch(/is not a database|is damaged/);
});

/** Permissions do not bind root, so that it needs a disk that can be made read-only. */
const isRoot = process.getuid?.() === 0;
const disk = isRoot ? smallDisk(4_194_304) : undefined;
afterAll(() => disk?.remove());

(isRoot && !disk ? test.skip : test)("a folder that cannot be written is refused at the start, by name", async () => {
  const { dataDir, add } = await start(disk?.folder);
  await add();
  await stopAll();
  if (disk) disk.makeReadOnly();
  else chmodSync(dataDir, 0o500);
  const refusal = await start(dataDir).catch((error) => error);
  if (!disk) chmodSync(dataDir, 0o700);
  expect(refusal).toBeInstanceOf(DatabaseRefused);
  expect(refusal.message).toContain(`${dataDir}/notes.db`);
  expect(refusal.message).toMatch(/cannot be (opened|written)/);
});
