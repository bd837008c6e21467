import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { caller, temporaryFolder } from "@shop/platform/testing";
import { v7 } from "uuid";
import { createdAtOf } from "./order-id.ts";
import { editOrders } from "./testing/edit-orders.ts";
import { type FakeCatalog, startFakeCatalog } from "./testing/fake-catalog.ts";
import { startOrderService, type TestShop } from "./testing/start-order-service.ts";

let shop: TestShop;
beforeEach(async () => {
  shop = await startOrderService();
});
afterEach(() => shop.close());

const path = "/orders?user_id=user1";
const under = (key: string, body: unknown = [{ product_id: 1, price: 10.5 }]) => ({
  headers: { "Idempotency-Key": key },
  body,
});
const heldIds = ({ requests }: FakeCatalog): string[] =>
  requests
    .filter(({ method, path }) => method === "POST" && path === "/reservations")
    .flatMap(({ body }) => (body as { reservations: { order_id: string }[] }).reservations)
    .map(({ order_id }) => order_id);

it("places one order, and holds its stock once, for however many requests under one key", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => shop.call("POST", path, under("k"))));
  const last = await shop.call("POST", path, under("k"));
  const placed = [...answers.filter(({ status }) => status !== 409), last];
  expect(answers.every(({ status, body }) => status === 201 || body.code === "idempotency-in-flight")).toBe(true);
  expect(new Set(placed.map(({ text }) => text)).size).toBe(1);
  expect(last.headers.get("idempotent-replayed")).toBe("true");
  expect(last.headers.get("location")).toBe(`/orders/${last.body.id}`);
  expect((await shop.call("GET", "/orders")).body).toHaveLength(1);
  expect(heldIds(shop.catalog)).toEqual([last.body.id]);
});

it("refuses another order under the key, and a late copy of one that the catalog refused", async () => {
  await shop.call("POST", path, under("taken"));
  expect(await shop.call("POST", path, under("taken", [{ product_id: 2, price: 1 }]))).toMatchObject({
    status: 422,
    body: { code: "idempotency-key-reused" },
  });
  shop.catalog.refuse({ status: 409, code: "insufficient-stock", shortages: [] });
  const refused = await shop.call("POST", path, under("short"));
  expect(refused.status).toBe(409);
  shop.catalog.refuse(undefined);
  const copy = await shop.call("POST", path, under("short"));
  expect([copy.status, copy.text]).toEqual([409, refused.text]);
  expect((await shop.call("GET", "/orders")).body).toHaveLength(1);
});

it("replays a cancel and a fulfilment, which by themselves could not be repeated", async () => {
  const { id } = await shop.place();
  const cancel = () => shop.call("POST", `/orders/${id}/cancel`, { headers: { "Idempotency-Key": "cancel" } });
  const first = await cancel();
  await shop.eventually(id, { hold: "released" });
  const again = await cancel();
  expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
  expect((await shop.call("POST", `/orders/${id}/cancel`)).status).toBe(409);

  const sold = await shop.place();
  await shop.tell(sold, "succeeded");
  await shop.eventually(sold.id, { hold: "confirmed" });
  const fulfil = () => shop.call("POST", `/orders/${sold.id}/fulfil`, { headers: { "Idempotency-Key": "fulfil" } });
  expect([await fulfil(), await fulfil()].map(({ status, body }) => [status, body.status])).toEqual([
    [200, "FULFILLED"],
    [200, "FULFILLED"],
  ]);
});

describe("killed between the hold and the order", () => {
  const module = JSON.stringify(pathToFileURL(join(import.meta.dirname, "service.ts")).href);
  const children: ChildProcess[] = [];
  let catalog: FakeCatalog;
  let dataDir: string;
  let service: TestShop | undefined;
  beforeEach(async () => {
    catalog = await startFakeCatalog();
    dataDir = temporaryFolder();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await service?.close();
    await catalog.close();
  });

  /** Places an order in a process that the catalog sees die. */
  async function placeAndDie(): Promise<void> {
    const script = `
      import { startTestService } from "@shop/platform/testing";
      import { orderService } from ${module};
      const { url } = await startTestService(orderService, ${JSON.stringify({ DATA_DIR: dataDir, CATALOG_URL: catalog.url })});
      console.log(url);`;
    const child = spawn(
      process.execPath,
      ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval", script],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    children.push(child);
    catalog.on("POST", "/reservations", (request) => {
      catalog.hold(request);
      child.kill("SIGKILL");
      return "hang";
    });
    const ended = once(child, "close");
    const [url] = (await once(createInterface(child.stdout), "line")) as [string];
    await expect(caller(url)("POST", path, under("k"))).rejects.toThrow();
    await ended;
    catalog.on("POST", "/reservations", catalog.hold);
  }

  it("is placed under the same id by the repetition, whose hold is the one there is", async () => {
    await placeAndDie();
    service = await startOrderService({ DATA_DIR: dataDir, CATALOG_URL: catalog.url });
    const answer = await service.call("POST", path, under("k"));
    expect(answer).toMatchObject({ status: 201, body: { verification: "verified", hold: "held" } });
    expect(heldIds(catalog)).toEqual([answer.body.id, answer.body.id]);
  });

  it("is placed under a new id, and not at its end already, when the repetition comes long after", async () => {
    await placeAndDie();
    const longAgo = v7({ msecs: Date.now() - 3600_000 });
    await editOrders(dataDir, "UPDATE idempotency_keys SET resource_id = ?", [longAgo]);
    service = await startOrderService({ DATA_DIR: dataDir, CATALOG_URL: catalog.url });
    const began = Date.now();
    const { status, body } = await service.call("POST", path, under("k"));
    expect(status).toBe(201);
    expect(createdAtOf(body.id)).toBeGreaterThanOrEqual(began);
    expect(Date.parse(body.expires_at)).toBeGreaterThan(began + 1_700_000);
    expect((await service.call("POST", path, under("k"))).body).toEqual(body);
  });
});
