import { readBooks, sumUp, trade } from "./books.ts";
import { figure, secondsSince } from "./figures.ts";
import { services } from "./images.ts";
import { useNamespace } from "./namespace.ts";
import { useRelease } from "./release.ts";

// What the CronJob copied is enough to bring a shop back that has lost its databases.

const namespace = useNamespace("backup");
const shop = useRelease(namespace);
const withBackups = { backup: { enabled: true } };

/** Until each of the Jobs has succeeded. */
const haveSucceeded = (...jobs: readonly string[]) =>
  namespace.watch(
    ["jobs"],
    (all) => {
      const failed = jobs.filter((job) => conditionsOf(all.get(job)).includes("Failed"));
      if (failed.length > 0) throw new Error(`${failed.join(", ")} failed`);
      return jobs.every((job) => conditionsOf(all.get(job)).includes("Complete"));
    },
    240_000,
  );

const conditionsOf = (job: { status: { conditions?: { type: string; status: string }[] } } | undefined) =>
  (job?.status.conditions ?? []).filter(({ status }) => status === "True").map(({ type }) => type);

test("databases that are lost come back from the CronJob's backups, to the last row", async () => {
  await shop.install(withBackups);
  await shop.ready(240_000);
  await trade(shop);
  const before = await readBooks(shop);
  figure("in the books", JSON.stringify(sumUp(before)));

  let begin = performance.now();
  await namespace.kubectl("create", "job", "backup-now", `--from=cronjob/${shop.name}-backup`);
  await haveSucceeded("backup-now");
  figure("backup of the four", secondsSince(begin));
  const told = await namespace.kubectl("logs", "job/backup-now");
  for (const service of services) expect(told).toMatch(new RegExp(`^${service}: .+\\.db, \\d+ bytes, sha256 `, "m"));

  await namespace.kubectl("scale", "statefulset", "--selector", shop.selector, "--replicas=0");
  // A claim goes when its pod has gone.
  await namespace.kubectl("delete", "persistentvolumeclaim", ...services.map((name) => `data-${shop.podOf(name)}`));
  await shop.upgrade(withBackups);
  await shop.ready(240_000);
  expect(sumUp(await readBooks(shop))).toMatchObject({ products: 0, orders: 0, payments: 0, inCarts: 0 });

  begin = performance.now();
  await shop.upgrade({ ...withBackups, restore: { services } });
  await haveSucceeded(...services.map((service) => `${shop.name}-${service}-restore`));
  figure("services stopped and restored", secondsSince(begin));
  await shop.upgrade(withBackups);
  await shop.ready(240_000);
  figure("and open again", secondsSince(begin));
  const after = await readBooks(shop);
  expect(sumUp(after)).toEqual(sumUp(before));
  expect(after).toEqual(before);
}, 900_000);

test("nothing is missing between the copies, and an order that was open in them can be paid", async () => {
  const key = await shop.key();
  for (const service of services) {
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
});
