import { mkdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { catalogService } from "@shop/catalog";
import { orderService } from "@shop/order";
import { definePaymentService } from "@shop/payment";
import { smallDisk, startTestService, type TestService, temporaryFolder } from "@shop/platform/testing";
import sqlite3 from "sqlite3";
import { type Shop, startShop } from "../shop.ts";
import { atItsPorts, pageText } from "./running-shop.ts";
import { type Step, stepsOf } from "./steps.ts";
import { createTerminal, statusesIn } from "./terminal.ts";

// Each runbook of docs/reliability.md: its trouble is brought about, and its steps are carried out to the letter.

const key = "secret-key-123";
const page = pageText("docs/reliability.md");
const root = fileURLToPath(new URL("../..", import.meta.url));

/** The steps under a heading of the runbooks. */
function runbook(heading: string): Step[] {
  const [, runbooks = ""] = page.split("\n## Runbooks\n");
  const section = runbooks.split(/^##+ /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`There is no runbook for this: ${heading}`);
  return stepsOf(section);
}

/** A shop with its folder, which the steps may ask to be stopped. */
interface Stage {
  readonly dataDir: string;
  readonly secrets?: string;
  shop(): Partial<Shop>;
  stop(): Promise<void>;
  start?(): Promise<void>;
}

/** The command as it is meant on the page, with this shop's ports and folders. */
const here = (command: string, { dataDir, secrets = "" }: Stage, shop: Partial<Shop>): string =>
  atItsPorts(command, shop)
    // What `make restore` runs, from the sources: nothing may be compiled anew under tests that run the compiled shop.
    .replaceAll("make restore FROM=", `cd ${root} && node --conditions=source --import tsx scripts/restore.mjs `)
    .replaceAll("data/backups", join(dataDir, "backups"))
    .replaceAll("secrets/webhooks", secrets);

function carryOut(heading: string, set: () => Promise<Stage>): void {
  describe(heading, () => {
    const terminal = createTerminal();
    let stage: Stage;
    beforeAll(async () => {
      stage = await set();
      await terminal.run(`DATA_DIR=${stage.dataDir} TMPDIR=${temporaryFolder()}`);
    });
    afterAll(() => stage?.stop());

    test.each(runbook(heading))("$number. $title", async (step) => {
      if (step.title.startsWith("With the services stopped")) await stage.stop();
      if (step.title.startsWith("Start the services")) await stage.start?.();
      const printed = await terminal.run(here(step.script, stage, stage.shop()));
      expect(statusesIn(printed)).toEqual(step.statuses);
      for (const text of step.shown) expect(printed).toContain(terminal.expand(text));
      for (const text of step.absent) expect(printed).not.toContain(terminal.expand(text));
    });
  });
}

test("the steps of all runbooks are numbered from 1", () => {
  expect(stepsOf(page).map(({ number }) => number)).toEqual(stepsOf(page).map((_, index) => index + 1));
});

const line = { product_id: 1, quantity: 1, price: 999.99 };
const sold = { API_KEY: key, SEED_PRODUCTS: "true", RECONCILE_EVERY_S: "3600" };

/** Places an order and pays it; the answer to the payment. */
async function buy(shop: Pick<Shop, "order" | "payment">) {
  const { body: order } = await shop.order.call("POST", "/orders?user_id=ann", { key, body: [line] });
  return shop.payment.call("POST", `/pay?order_id=${order.id}&amount=999.99`, { key });
}

/** A shop without carts, whose payment service can be another one after a restart. */
async function startWithPayment(start: (env: Record<string, string>) => Promise<TestService>) {
  const dataDir = temporaryFolder();
  const env = { ...sold, DATA_DIR: dataDir };
  const catalog = await startTestService(catalogService, env);
  const order = await startTestService(orderService, { ...env, CATALOG_URL: catalog.url });
  const restarted = () => start({ ...env, ORDER_URL: order.url });
  let payment = await restarted();
  return {
    dataDir,
    shop: () => ({ catalog, order, payment }),
    async stop() {
      for (const service of [payment, order, catalog]) await service.stop();
    },
    async restartPayment(between: () => Promise<void>) {
      await payment.stop();
      await between();
      payment = await restarted();
    },
  };
}

carryOut("A webhook is DEAD", async () => {
  const anotherSecret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
  let secret: Record<string, string> = { WEBHOOK_SECRET: anotherSecret };
  const stage = await startWithPayment((env) => startTestService(definePaymentService(), { ...env, ...secret }));
  expect((await buy(stage.shop())).status).toBe(202);
  // Three days later somebody finds out that the secrets differ.
  secret = {};
  await stage.restartPayment(() =>
    edit(join(stage.dataDir, "payments.db"), "UPDATE outbox SET state = 'DEAD', settled_at = created_at"),
  );
  return stage;
});

carryOut("A payment is stuck", async () => {
  let away = true;
  const provider = definePaymentService((operation) =>
    away ? (operation === "charge" ? "fail-after" : "fail-before") : "answer",
  );
  const stage = await startWithPayment((env) => startTestService(provider, env));
  expect((await buy(stage.shop())).body.status).toBe("UNKNOWN");
  away = false;
  return stage;
});

carryOut("The disk is full", async () => {
  // Where no disk may be mounted the disk is not full, and the steps are carried out all the same.
  const disk = smallDisk(8_388_608);
  const dataDir = disk?.folder ?? temporaryFolder();
  const shop = await startShop({ ...sold, DATA_DIR: dataDir });
  for (const service of [shop.catalog, shop.order, shop.payment, shop.cart]) await backUp(service);
  const place = () => shop.order.call("POST", "/orders?user_id=ann", { key, body: [line] });
  if (disk) {
    const { bavail, bsize } = statfsSync(dataDir);
    writeFileSync(join(dataDir, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - 65_536)));
    for (let status = 0; status !== 503; ) status = (await place()).status;
  }
  return {
    dataDir,
    shop: () => shop,
    async stop() {
      await shop.stop();
      disk?.remove();
    },
  };
});

carryOut("A restore", async () => {
  const dataDir = temporaryFolder();
  const started = () => startShop({ ...sold, DATA_DIR: dataDir, REQUEST_TIMEOUT_MS: "1500" });
  let shop: Shop | undefined = await started();
  await backUp(shop.payment);
  expect((await buy(shop)).status).toBe(200);
  return {
    dataDir,
    shop: () => shop ?? {},
    async stop() {
      await shop?.stop();
      shop = undefined;
    },
    async start() {
      shop = await started();
    },
  };
});

carryOut("Rotating the webhook secret", async () => {
  const dataDir = temporaryFolder();
  mkdirSync(join(dataDir, "secrets"));
  const secrets = join(dataDir, "secrets", "webhooks");
  writeFileSync(secrets, `whsec_${Buffer.alloc(32, 2).toString("base64")}\n`);
  const shop = await startShop({ ...sold, DATA_DIR: dataDir, WEBHOOK_SECRET_FILE: secrets });
  return { dataDir, secrets, shop: () => shop, stop: shop.stop };
});

async function backUp(service: TestService): Promise<void> {
  const { headers } = await service.call("POST", "/admin/backup", { key });
  for (;;) {
    const { body } = await service.call("GET", headers.get("location") ?? "", { key });
    if (body.status === "done") return;
    expect(body.status).toBe("running");
  }
}

/** Changes the database of a service that does not run. */
async function edit(file: string, statement: string): Promise<void> {
  const database = new sqlite3.Database(file);
  await new Promise<void>((resolve, reject) => database.run(statement, (error) => (error ? reject(error) : resolve())));
  await new Promise((closed) => database.close(closed));
}
