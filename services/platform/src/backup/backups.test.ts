import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openConnection } from "../database/sqlite.ts";
import { eventually } from "../testing/eventually.ts";
import { notesService } from "../testing/notes-service.ts";
import { smallDisk } from "../testing/small-disk.ts";
import { startTestService, type TestService } from "../testing/start.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";

const running: TestService[] = [];
async function start(env: Record<string, string> = {}): Promise<TestService> {
  const service = await startTestService(notesService(), env);
  running.push(service);
  return service;
}
const stopAll = async () => {
  for (const service of running.splice(0)) await service.stop();
};
afterEach(stopAll);

/** Asks for a backup and polls until it has ended. */
async function backUp(service: TestService) {
  const { status, body, headers } = await service.call("POST", "/admin/backup");
  expect([status, body.status]).toEqual([202, "running"]);
  for (;;) {
    const { body: backup } = await service.call("GET", headers.get("location") ?? "");
    if (backup.status !== "running") return backup;
  }
}

const backupsOf = (service: TestService) => join(service.dataDir, "backups");
const filesOf = (service: TestService): string[] => readdirSync(backupsOf(service)).sort();
const gauge = async (service: TestService, name: string): Promise<number> =>
  Number(new RegExp(`^${name} (.+)$`, "m").exec((await service.call("GET", "/metrics")).text)?.[1]);

async function idsIn(file: string): Promise<number[]> {
  const copy = await openConnection(file, [], "refuse");
  const rows = await copy.query<{ id: number }>("SELECT id FROM notes ORDER BY id");
  expect(await copy.query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  await copy.close();
  return rows.map(({ id }) => id);
}

test("a backup holds a prefix of the writes that go on meanwhile, with a checksum that sha256sum confirms", async () => {
  const service = await start();
  const acknowledged: number[] = [];
  let writing = true;
  const writers = Array.from({ length: 8 }, async () => {
    while (writing) acknowledged.push((await service.call("POST", "/notes")).body.id);
  });
  while (acknowledged.length < 200) await service.call("GET", "/health");
  const before = acknowledged.length;
  const backup = await backUp(service);
  writing = false;
  await Promise.all(writers);

  expect(backup).toMatchObject({ status: "done", failure: null, bytes: expect.any(Number) });
  const ids = await idsIn(join(backupsOf(service), backup.file));
  expect(ids).toEqual(ids.map((_, index) => index + 1));
  expect(ids).toEqual(expect.arrayContaining(acknowledged.slice(0, before)));
  expect(Math.max(...acknowledged)).toBeGreaterThan(ids.length);
  execFileSync("sha256sum", ["-c", `${backup.file}.sha256`], { cwd: backupsOf(service), stdio: "ignore" });
  expect(await gauge(service, "backup_last_success_timestamp_seconds")).toBe(Date.parse(backup.started_at) / 1000);
  const free = await gauge(service, "database_free_bytes");
  expect(free).toBeGreaterThan(0);
  expect(await gauge(service, "database_disk_bytes")).toBeGreaterThan(free);
});

test("two at once are one, and the newest are kept, also over a restart", async () => {
  const service = await start({ BACKUP_KEEP: "2" });
  const [one, other] = await Promise.all([1, 2].map(() => service.call("POST", "/admin/backup")));
  expect(one?.body.id).toBe(other?.body.id);
  const made = [await backUp(service), await backUp(service), await backUp(service)];
  const kept = made.slice(1).flatMap(({ file }) => [file, `${file}.sha256`]);
  expect(filesOf(service)).toEqual(kept);

  await stopAll();
  const again = await start({ DATA_DIR: service.dataDir });
  expect((await again.call("GET", "/admin/backups")).body).toEqual([made[2], made[1]]);
  expect((await again.call("GET", `/admin/backups/${made[0].id}`)).status).toBe(404);
  expect((await again.call("GET", "/admin/backups/yesterday")).status).toBe(404);
  // The folder is looked through behind the start.
  const newest = Date.parse(made[2].started_at) / 1000;
  await eventually(async () => (await gauge(again, "backup_last_success_timestamp_seconds")) === newest);
});

test("copies of a database that was lost are not rotated away by those of the one that was begun in its place", async () => {
  const service = await start({ BACKUP_KEEP: "2" });
  await service.call("POST", "/notes");
  const lost = [await backUp(service), await backUp(service)].map(({ file }) => file);
  await stopAll();
  for (const end of ["", "-wal", "-shm"]) rmSync(join(service.dataDir, `notes.db${end}`), { force: true });
  const anew = await start({ DATA_DIR: service.dataDir, BACKUP_KEEP: "2" });
  const made = [await backUp(anew), await backUp(anew), await backUp(anew)].map(({ file }) => file);
  const kept = [...lost, ...made.slice(1)].flatMap((file) => [file, `${file}.sha256`]);
  expect(filesOf(anew)).toEqual(kept);
  expect(await idsIn(join(backupsOf(anew), lost[1]))).toEqual([1]);
});

test("what an interrupted run left is no backup and is removed; files of others stay", async () => {
  const folder = join(temporaryFolder(), "backups");
  mkdirSync(folder);
  const left = ["notes-20260101T000000000Z.db.part", "notes-20260101T000000000Z.db.part-journal"];
  left.push("notes-20260102T000000000Z.db.sha256", "notes-20260103T000000000Z.db");
  const others = ["carts-20260101T000000000Z.db.part", "notes-on-paper.txt"];
  for (const name of [...left, ...others]) writeFileSync(join(folder, name), "half");
  const service = await start({ BACKUP_DIR: folder });
  expect((await service.call("GET", "/admin/backups")).body).toEqual([]);
  const { file } = await backUp(service);
  // A copy without a checksum may be a person's: it is not listed, and not removed.
  const expected = [...others, "notes-20260103T000000000Z.db", file, `${file}.sha256`];
  expect(readdirSync(folder).sort()).toEqual(expected.sort());
});

test("a stop ends the backup under way and leaves nothing of it", async () => {
  const service = await start();
  for (let i = 0; i < 20; i++) await service.call("POST", "/notes?size=1000000");
  await service.call("POST", "/admin/backup");
  await stopAll();
  const left = filesOf(service);
  // Stopped in time, or finished before the stop; nothing between.
  expect(left.filter((name) => !/^notes-\w+\.db(\.sha256)?$/.test(name))).toEqual([]);
  expect(left.length % 2).toBe(0);
});

test("a folder that cannot be written fails the backup and nothing else; mended, the next one works", async () => {
  const folder = join(temporaryFolder(), "backups");
  writeFileSync(folder, "a file in its place");
  const service = await start({ BACKUP_DIR: folder });
  expect(await backUp(service)).toMatchObject({ status: "failed", file: null, failure: { code: "not-writable" } });
  expect((await service.call("POST", "/notes")).status).toBe(200);
  rmSync(folder);
  expect(await backUp(service)).toMatchObject({ status: "done" });
  const listed = (await service.call("GET", "/admin/backups")).body;
  expect(listed.map((backup: { status: string }) => backup.status)).toEqual(["done", "failed"]);
  expect(statSync(folder).mode & 0o077).toBe(0);
});

test("a damaged database is not copied as if it were whole", async () => {
  const service = await start();
  for (let i = 0; i < 20; i++) await service.call("POST", "/notes?size=4000");
  await stopAll();
  const file = join(service.dataDir, "notes.db");
  const pages = statSync(file).size / 4096;
  execFileSync("dd", ["if=/dev/urandom", `of=${file}`, "bs=4096", `seek=${pages - 4}`, "count=2", "conv=notrunc"], {
    stdio: "ignore",
  });
  const damaged = await start({ DATA_DIR: service.dataDir });
  expect(await backUp(damaged)).toMatchObject({ status: "failed", failure: { code: "database-damaged" } });
  expect(filesOf(damaged)).toEqual([]);
});

test("a key without the scope may not make or see backups", async () => {
  const keys = temporaryFolder();
  writeFileSync(join(keys, "cart"), "a-key-of-the-cart-service\n");
  const service = await start({ API_KEYS_DIR: keys, API_KEY: "" });
  for (const [method, path] of [
    ["POST", "/admin/backup"],
    ["GET", "/admin/backups"],
  ] as const)
    expect((await service.call(method, path, { key: "a-key-of-the-cart-service" })).status).toBe(403);
});

/** Where no disk can be mounted there is none to fill. */
const disk = smallDisk(8_388_608);
afterAll(() => disk?.remove());

(disk ? test : test.skip)("a disk without room for a copy: the backup fails, the service goes on", async () => {
  const folder = disk?.folder ?? "";
  const service = await start({ DATA_DIR: folder });
  for (let i = 0; i < 4; i++) await service.call("POST", "/notes?size=600000");
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, "ballast"), Buffer.alloc(bavail * bsize - 2_400_000));
  expect(await backUp(service)).toMatchObject({ status: "failed", failure: { code: "disk-full" } });
  expect(filesOf(service)).toEqual([]);
  expect((await service.call("POST", "/notes")).status).toBe(200);
  rmSync(join(folder, "ballast"));
  expect(await backUp(service)).toMatchObject({ status: "done" });
});
