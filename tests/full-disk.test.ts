import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { smallDisk } from "@shop/platform/testing";
import { type Shop, startShop } from "./shop.ts";

// The whole shop on a small disk of its own that fills up in the middle of its work, and gets room again.

const disk = smallDisk(4_194_304);

const running: Shop[] = [];
async function started(env: Readonly<Record<string, string>>): Promise<Shop> {
  const shop = await startShop(env);
  running.push(shop);
  return shop;
}

afterAll(async () => {
  for (const shop of running) await shop.stop();
  disk?.remove();
});

/** Takes up what is left but for a little, so that the next writes meet the end of the disk. */
function fill(folder: string): string {
  const { bavail, bsize } = statfsSync(folder);
  const file = join(folder, "filler");
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - 65_536)));
  return file;
}

const line = { product_id: 1, quantity: 1, price: 999.99 };

/** Places orders, 20 at once, until `enough` says so; the answers of all. */
async function orders(shop: Shop, enough: (statuses: readonly number[]) => boolean) {
  const answers: { status: number; id?: string; hold?: string; code?: string; outcome?: string }[] = [];
  for (let round = 0; round < 200 && !enough(answers.map(({ status }) => status)); round++)
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { status, body } = await shop.order.call("POST", "/orders?user_id=ann", { body: [line] });
        answers.push({ ...body, status });
      }),
    );
  return answers;
}

async function storedIds(shop: Shop): Promise<Set<string>> {
  const ids = new Set<string>();
  let next: string | undefined = "/orders?limit=500";
  while (next) {
    const { body, headers } = await shop.order.call("GET", next);
    for (const { id } of body) ids.add(id);
    next = /<([^>]+)>/.exec(headers.get("link") ?? "")?.[1];
  }
  return ids;
}

// Needs the right to mount a tmpfs; the same is tested with a page limit in services/platform (since 2026-11).
(disk ? test : test.skip)(
  "a full disk: nothing acknowledged is lost, all else is told so, service resumes",
  async () => {
    const folder = disk?.folder ?? "";
    const shop = await started({ DATA_DIR: folder, SEED_PRODUCTS: "true", REQUEST_TIMEOUT_MS: "3000" });
    const filler = fill(folder);
    const during = await orders(shop, (statuses) => statuses.filter((status) => status === 503).length >= 40);
    for (const { status, code } of during)
      if (status !== 201) expect([status, code]).toEqual([503, "database-unavailable"]);
    expect(during.some(({ status }) => status === 503)).toBe(true);
    expect((await shop.order.call("GET", "/readyz")).status).toBe(200);

    rmSync(filler);
    const after = await orders(shop, (statuses) => statuses.length >= 40);
    expect(after.map(({ status }) => status)).toEqual(after.map(() => 201));
    await shop.stop();
    running.pop();

    const again = await started({ DATA_DIR: folder });
    const stored = await storedIds(again);
    const acknowledged = [...during, ...after].flatMap(({ id }) => id ?? []);
    const undecided = during.filter(({ outcome }) => outcome === "unknown").length;
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    expect(stored.size - acknowledged.length).toBeLessThanOrEqual(undecided);
    const held = [...during, ...after].filter(({ hold }) => hold === "held").length;
    const { body: laptop } = await again.catalog.call("GET", "/products/1");
    expect(laptop.reserved).toBeGreaterThanOrEqual(held);
  },
  60_000,
);
