import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type TestService, temporaryFolder, testKey } from "@shop/platform/testing";
import { type Shop, startShop } from "./shop.ts";

// What the backup's CronJob runs in a pod, here against the real services.

const script = fileURLToPath(new URL("../helm/shop/files/backup.mjs", import.meta.url));
const names = ["catalog", "cart", "order", "payment"] as const;

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.stop());

/** Backs the services up with the given key; its exit code and what it said. */
const backUp = (key: string, waitS = 1, services = names.map((name) => `${name}=${shop[name].url}`)) => {
  const keyFile = join(temporaryFolder(), "key");
  writeFileSync(keyFile, key);
  return new Promise<{ code: number; said: string }>((resolve) => {
    execFile(
      process.execPath,
      [script, ...services],
      { env: { API_KEY_FILE: keyFile, WAIT_S: String(waitS) } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
};

const backupsOf = async (service: TestService) => (await service.call("GET", "/admin/backups")).body;

test("one whole copy of each service, named with its checksum; the first key of the file is used", async () => {
  const { code, said } = await backUp(`${testKey}\nan-older-key-that-goes-away\n`);
  expect(said).not.toContain("FAILED");
  expect(code).toBe(0);
  for (const name of names) {
    const [backup, ...more] = await backupsOf(shop[name]);
    expect(backup).toMatchObject({ status: "done" });
    expect(more).toEqual([]);
    expect(said).toContain(`${name}: ${backup.file}, ${backup.bytes} bytes, sha256 ${backup.sha256}`);
  }
});

test("a service that is away fails the whole by its name, and the others are backed up", async () => {
  await shop.cart.stop();
  const { code, said } = await backUp(testKey);
  expect(code).toBe(1);
  expect(said).toMatch(/^FAILED cart does not answer POST \/admin\/backup/m);
  expect(await backupsOf(shop.order)).toMatchObject([{ status: "done" }]);
});

test("a copy that fails is told with its reason", async () => {
  const folder = join(temporaryFolder(), "a-file");
  writeFileSync(folder, "");
  const broken = await startShop({ BACKUP_DIR: folder });
  await shop.stop();
  shop = broken;
  const { code, said } = await backUp(testKey);
  expect(code).toBe(1);
  expect(said.match(/^FAILED (catalog|cart|order|payment): [a-z-]+: \S.*$/gm)).toHaveLength(4);
});

// Whoever waited here would wait for an hour, longer than a test may take.
test("a service that was restarted during its copy fails at once: what it began is gone", async () => {
  const asked: string[] = [];
  const service = createServer(({ method }, answer) => {
    asked.push(method ?? "");
    answer.setHeader("Content-Type", "application/json");
    if (asked.length === 1) answer.writeHead(202).end('{"id":"20260729T101500123Z","status":"running"}');
    else if (asked.length === 2) answer.end('{"id":"20260729T101500123Z","status":"running"}');
    else if (asked.length === 3) answer.destroy();
    else if (asked.length === 4) answer.writeHead(503).end('{"code":"overloaded","detail":"It is starting."}');
    else answer.writeHead(404).end('{"code":"not-found","detail":"There is no such backup."}');
  }).listen(0);
  await once(service, "listening");
  const url = `http://localhost:${(service.address() as AddressInfo).port}`;
  const { code, said } = await backUp(testKey, 3600, [`order=${url}`]);
  service.close();
  expect(code).toBe(1);
  expect(said).toBe("FAILED order knows nothing of backup 20260729T101500123Z: it was restarted during the copy\n");
  expect(asked).toEqual(["POST", "GET", "GET", "GET", "GET"]);
});

test("a wrong key is told at once", async () => {
  const { code, said } = await backUp("a-key-of-nobody-at-all", 3600);
  expect(code).toBe(1);
  expect(said).toContain("catalog answered POST /admin/backup with 401 unauthorized");
});
