import { randomUUID } from "node:crypto";
import { editOrders } from "../testing/edit-orders.ts";
import { newsOf, startOrderService, type TestShop } from "../testing/start-order-service.ts";

const shops: TestShop[] = [];
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.close();
});
async function start(env: Record<string, string> = {}): Promise<TestShop> {
  const shop = await startOrderService(env);
  shops.push(shop);
  return shop;
}

describe("expiry", () => {
  it("ends what was not paid in time and releases its stock, but leaves what was paid", async () => {
    const shop = await start({ ORDER_EXPIRY_S: "1", SWEEP_DELAY_S: "0" });
    const [unpaid, paid] = [await shop.place(), await shop.place()];
    await shop.tell(paid, "succeeded");
    const until = performance.now() + 15_000;
    while ((await shop.get(unpaid.id)).status === "PENDING" && performance.now() < until)
      await shop.sweep("expire-orders");
    const expired = await shop.eventually(unpaid.id, { status: "EXPIRED", hold: "released" });
    expect(Date.parse(expired.updated_at)).toBeGreaterThanOrEqual(Date.parse(expired.expires_at));
    expect(expired.reason).toBe("Not paid in time.");
    expect(shop.catalog.states.get(unpaid.id)).toBe("RELEASED");
    expect(await shop.eventually(paid.id, { hold: "confirmed" })).toMatchObject({ status: "PAID" });
    expect(await shop.sweep("expire-orders")).toMatchObject({ found: 0, mended: 0 });
  });

  it("waits after a start for payments that waited, also when it is asked for", async () => {
    const shop = await start({ SWEEP_DELAY_S: "60" });
    expect(await shop.sweep("expire-orders")).toMatchObject({ found: 0, notes: [expect.stringContaining("waits")] });
  });
});

describe("orders that were taken without the catalog", () => {
  it("are verified and held when it is back, without more time", async () => {
    const shop = await start();
    const order = await shop.placeUnverified();
    await shop.catalog.mode("refuse");
    expect(await shop.sweep("verify-orders")).toMatchObject({ found: 1, mended: 0 });
    await shop.catalog.mode("ok");
    expect(await shop.sweep("verify-orders")).toMatchObject({ found: 1, mended: 1 });
    const verified = await shop.get(order.id);
    expect(verified).toMatchObject({ verification: "verified", hold: "held", expires_at: order.expires_at });
    expect(shop.catalog.states.get(order.id)).toBe("HELD");
    expect(await shop.sweep("verify-orders")).toMatchObject({ found: 0 });
  });

  it("are cancelled with its reason when it refuses them", async () => {
    const shop = await start();
    const order = await shop.placeUnverified();
    shop.catalog.refuse({ status: 409, code: "price-changed", prices: [] });
    expect(await shop.sweep("verify-orders")).toMatchObject({ found: 1, mended: 1 });
    shop.catalog.refuse(undefined);
    const cancelled = await shop.eventually(order.id, { status: "CANCELLED", hold: "released" });
    expect(cancelled).toMatchObject({ verification: "rejected", reason: expect.stringContaining("price-changed") });
  });
});

describe("holds at the catalog", () => {
  it.each([5000, 25_000])("of orders that were never stored are released, on every page (%i ms a call)", async (ms) => {
    const shop = await start({ REQUEST_TIMEOUT_MS: String(ms) });
    const open = await shop.place();
    const orphans = Array.from({ length: 5 }, () => randomUUID());
    for (const id of orphans) shop.catalog.states.set(id, "HELD");
    for (const id of [...orphans, open.id]) shop.catalog.old.add(id);
    expect(await shop.sweep("settle-holds")).toMatchObject({ found: 5, mended: 5 });
    expect(orphans.map((id) => shop.catalog.states.get(id))).toEqual(Array(5).fill("RELEASED"));
    expect(shop.catalog.states.get(open.id)).toBe("HELD");
    const { query } = shop.catalog.requests.findLast(({ method }) => method === "GET") ?? {};
    expect(query).toMatchObject({ state: "HELD", older_than_s: "60" });
  });

  it("follow their orders when a restored catalog has forgotten what became of them", async () => {
    const shop = await start();
    const [paid, cancelled] = [await shop.place(), await shop.place()];
    await shop.tell(paid, "succeeded");
    await shop.call("POST", `/orders/${cancelled.id}/cancel`);
    await shop.eventually(paid.id, { hold: "confirmed" });
    await shop.eventually(cancelled.id, { hold: "released" });
    for (const { id } of [paid, cancelled]) {
      shop.catalog.states.set(id, "HELD");
      shop.catalog.old.add(id);
    }
    expect(await shop.sweep("settle-holds")).toMatchObject({ found: 2, mended: 2 });
    const until = performance.now() + 15_000;
    while ([...shop.catalog.states.values()].includes("HELD") && performance.now() < until) await shop.get(paid.id);
    expect([paid, cancelled].map(({ id }) => shop.catalog.states.get(id))).toEqual(["CONFIRMED", "RELEASED"]);
  });
});

describe("after a restore", () => {
  it("what an order still owes is told again, once", async () => {
    const first = await start();
    const [paid, cancelled] = [await first.place(), await first.place()];
    await first.catalog.mode("refuse");
    await first.tell(paid, "succeeded");
    await first.call("POST", `/orders/${cancelled.id}/cancel`);
    await first.stop();
    await editOrders(first.dataDir, "DELETE FROM outbox");
    await editOrders(
      first.dataDir,
      "UPDATE orders SET created_at = created_at - 99999, updated_at = updated_at - 99999",
    );

    const second = await start({ DATA_DIR: first.dataDir });
    for (const { id } of [paid, cancelled]) second.catalog.states.set(id, "HELD");
    await second.sweep("settle-orders");
    await second.eventually(paid.id, { hold: "confirmed" });
    await second.eventually(cancelled.id, { hold: "released" });
    await second.sweep("settle-orders");
    expect((await second.call("GET", "/outbox")).body).toHaveLength(2);
  });

  it("what an order owes is told again however many others wait for a person", async () => {
    const first = await start();
    const order = await first.place();
    await first.catalog.mode("refuse");
    await first.tell(order, "succeeded");
    await first.stop();
    const others = JSON.stringify(Array.from({ length: 500 }, () => randomUUID()));
    await editOrders(first.dataDir, "DELETE FROM outbox");
    await editOrders(first.dataDir, "UPDATE orders SET created_at = 2, updated_at = 2, status = 'PAID'");
    await editOrders(
      first.dataDir,
      `INSERT INTO orders SELECT value, user_id, status, verification, 'released', currency, total, refunded, payment_id,
       payment_version, reason, 1, 1, expires_at, seq, noted FROM orders, json_each(?)`,
      [others],
    );
    await editOrders(
      first.dataDir,
      `INSERT INTO outbox (id, destination, aggregate, type, payload, state, attempts, due_at, lease_until, created_at, settled_at)
       SELECT 'dead-' || id, 'payment', id, 'refund', '{}', 'DEAD', 1, 0, 0, 0, 1 FROM orders WHERE hold = 'released'`,
    );

    const second = await start({ DATA_DIR: first.dataDir });
    second.catalog.states.set(order.id, "HELD");
    for (let runs = 0; runs < 2; runs += 1) await second.sweep("settle-orders");
    await second.eventually(order.id, { hold: "confirmed" });
  });

  it("stock that a restored catalog does not hold is held anew before it is confirmed", async () => {
    const shop = await start();
    const order = await shop.place();
    shop.catalog.states.delete(order.id);
    await shop.tell(order, "succeeded");
    await shop.eventually(order.id, { status: "PAID", hold: "confirmed" });
    expect(await shop.eventTypes(order.id)).toEqual(["placed", "paid", "hold_confirmed"]);
  });

  it("an order learns of the payment whose news it has lost, and what cannot be mended is reported", async () => {
    const shop = await start();
    const [lost, dead, known] = [await shop.place(), await shop.place(), await shop.place()];
    await shop.call("POST", `/orders/${dead.id}/cancel`);
    await shop.tell(known, "succeeded", { id: "0190a000-0000-7000-8000-0000000000aa" });
    const nowhere = { id: "0190a000-0000-7000-8000-000000000000", total: 10.5 };
    const payment = (order: { id: string; total: number }, id: string) => newsOf(order, "succeeded", { id }).data;
    shop.payments.payments = [
      payment(nowhere, "0190a000-0000-7000-8000-0000000000dd"),
      payment(lost, "0190a000-0000-7000-8000-0000000000cc"),
      payment(dead, "0190a000-0000-7000-8000-0000000000bb"),
    ];
    const pass = await shop.sweep("compare-payments");
    expect(pass).toMatchObject({ found: 4, mended: 2 });
    expect(pass.notes).toEqual([
      `payment 0190a000-0000-7000-8000-0000000000dd was captured for order ${nowhere.id}, which is not there`,
      `order ${known.id} was paid by payment 0190a000-0000-7000-8000-0000000000aa, which is not there`,
    ]);
    await shop.eventually(lost.id, { status: "PAID", hold: "confirmed" });
    await shop.told(dead.id, "refund");
    expect(shop.payments.refunds).toMatchObject([{ reason: "late-payment" }]);
    expect(await shop.sweep("compare-payments")).toMatchObject({ mended: 0 });
  });
});
