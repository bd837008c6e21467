import { readBooks, sumUp, trade } from "./books.ts";
import type { KubernetesObject } from "./cluster.ts";
import { figure, secondsSince } from "./figures.ts";
import { stores } from "./images.ts";
import { useNamespace } from "./namespace.ts";
import { useRelease } from "./release.ts";

// What the CronJob copied is enough to bring a shop back that has lost its databases.

const namespace = useNamespace("backup");
const shop = useRelease(namespace);
const withBackups = { backup: { enabled: true } };

/** Until so many Jobs with these labels have succeeded. */
const haveSucceeded = (labels: string, count: number) =>
  namespace.watch(
    ["jobs", "-l", labels],
    (all) => {
      const failed = [...all.values()].filter((job) => isSo(job, "Failed"));
      if (failed.length > 0) throw new Error(`failed: ${failed.map(({ metadata }) => metadata.name)}`);
      return [...all.values()].filter((job) => isSo(job, "Complete")).length >= count;
    },
    240_000,
  );

const isSo = ({ status }: KubernetesObject, wanted: string): boolean =>
  (status.conditions ?? []).some(
    (one: { type: string; status: string }) => one.type === wanted && one.status === "True",
  );

test("databases that are lost come back from the CronJob's backups, to the last row, and the shop goes on", async () => {
  await shop.install(withBackups);
  await shop.ready(240_000);
  await trade(shop);
  const before = await readBooks(shop);
  figure("in the books", JSON.stringify(sumUp(before)));

  let begin = performance.now();
  await namespace.kubectl("create", "job", "backup-now", `--from=cronjob/${shop.name}-backup`);
  await haveSucceeded("app.kubernetes.io/component=backup", 1);
  figure("backup of the four", secondsSince(begin));
  const told = await namespace.kubectl("logs", "job/backup-now");
  for (const service of stores) expect(told).toMatch(new RegExp(`^${service}: .+\\.db, \\d+ bytes, sha256 `, "m"));

  await namespace.kubectl("scale", "statefulset", "--selector", shop.selector, "--replicas=0");
  // A claim goes when its pod has gone.
  await namespace.kubectl("delete", "persistentvolumeclaim", ...stores.map((name) => `data-${shop.podOf(name)}`));
  await shop.upgrade(withBackups);
  await shop.ready(240_000);
  expect(sumUp(await readBooks(shop))).toMatchObject({ products: 0, orders: 0, payments: 0, inCarts: 0 });

  begin = performance.now();
  await shop.upgrade({ ...withBackups, restore: { services: stores, id: "lost" } });
  await haveSucceeded("restore-id=lost", stores.length);
  figure("services stopped and restored", secondsSince(begin));
  await shop.upgrade(withBackups);
  await shop.ready(240_000);
  figure("and open again", secondsSince(begin));
  const after = await readBooks(shop);
  expect(sumUp(after)).toEqual(sumUp(before));
  expect(after).toEqual(before);

  // Nothing is missing between the copies, and an order that was open in them can be paid.
  const key = await shop.key();
  for (const service of stores) {
    const { status, body } = await shop.call(service, "POST /admin/reconcile", { key });
    expect(status).toBe(200);
    const passes: readonly { notes?: readonly string[]; error?: string }[] = body.passes;
    // Nothing expires in the first minutes after a start; the sweeps of it say so.
    const told = passes.filter(({ notes = [], error }) => error || notes.some((note) => !note.startsWith("waits ")));
    expect(told).toEqual([]);
  }
  const { body: open } = await shop.call("order", "GET /orders?status=PENDING", { key });
  const pay = `POST /pay?order_id=${open[0].id}&amount=${open[0].total}`;
  expect(await shop.call("payment", pay, { key })).toMatchObject({ status: 200, body: { status: "SUCCEEDED" } });

  // The revision that restored comes back, and what was written since is not lost by it.
  const since = await readBooks(shop);
  expect(since).not.toEqual(before);
  await shop.rollback();
  await haveSucceeded("restore-id=lost", stores.length);
  const restores = await namespace.kubectl("logs", "--selector", "restore-id=lost");
  expect(restores.match(/stays as it is/g)).toHaveLength(stores.length);
  await shop.upgrade(withBackups);
  await shop.ready(240_000);
  expect(await readBooks(shop)).toEqual(since);
}, 900_000);
