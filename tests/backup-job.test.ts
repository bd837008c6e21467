import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
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

/** Backs the four services up with the given key; its exit code and what it said. */
const backUp = (key: string, env: Record<string, string> = {}) => {
  const keyFile = join(temporaryFolder(), "key");
  writeFileSync(keyFile, key);
  const services = names.map((name) => `${name}=${shop[name].url}`);
  return new Promise<{ code: number; said: string }>((resolve) => {
    execFile(
      process.execPath,
      [script, ...services],
      { env: { API_KEY_FILE: keyFile, WAIT_S: "1", ...env } },
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

test("a wrong key is told", async () => {
  const { code, said } = await backUp("a-key-of-nobody-at-all");
  expect(code).toBe(1);
  expect(said).toContain("catalog answered POST /admin/backup with 401 unauthorized");
});
