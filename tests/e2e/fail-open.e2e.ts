import { randomUUID } from "node:crypto";
import { minorUnits } from "./books.ts";
import { charges } from "./charges.ts";
import { type Answer, type CallOptions, eventually } from "./client.ts";
import { figure, secondsSince } from "./figures.ts";
import { type Service, type Store, services, stores } from "./images.ts";
import { useNamespace } from "./namespace.ts";
import { type Outage, outages } from "./outages.ts";
import { useRelease } from "./release.ts";

// Each service is away in three ways, and the others go on as the README of each says. In the end no money was taken
// but for the orders that are PAID, and once.

const namespace = useNamespace("fail-open");
const shop = useRelease(namespace);
const price = 12.5;
/** What heals by itself may take, beyond the minute that the shop promises, on a slow cluster. */
const healedMs = 180_000;
/** The shop's own deadline of a request is 5 s. */
const answeredMs = 8_000;
const testMs = 900_000;
let key: string;
let product: number;

beforeAll(async () => {
  await shop.install({ settings: { reconcileEverySeconds: 5 } });
  await shop.ready(240_000);
  key = await shop.key();
  const body = { sku: "thing", name: "Thing", description: "", price, stock: 1000 };
  product = (await call("catalog", "POST /products", { body })).body.id;
}, testMs);

const call = (service: Service, request: string, options: CallOptions = {}) =>
  shop.call(service, request, { ...options, key });
const newShopper = () => `ann-${randomUUID()}`;
const add = (user: string) => call("cart", `POST /cart/${user}/add?product_id=${product}&quantity=1`);
const cartOf = async (user: string) => (await call("cart", `GET /cart/${user}`)).body;
const checkOut = (user: string) => call("cart", `POST /cart/${user}/checkout`);
const ordersOf = async (user: string) => (await call("order", `GET /orders?user_id=${user}`)).body;
const place = (user: string) =>
  call("order", `POST /orders?user_id=${user}`, { body: [{ product_id: product, quantity: 1, price }] });
const pay = (order: string) => call("payment", `POST /pay?order_id=${order}&amount=${price}`);
const chargesOf = async (order: string) => (await charges(shop)).filter(({ order_id }) => order_id === order);

const become = (expected: object, look: () => Promise<unknown>) =>
  eventually(async () => expect(await look()).toMatchObject(expected), healedMs);
const becomePaid = (id: string) =>
  become({ body: { status: "PAID", verification: "verified", hold: "confirmed" } }, () =>
    call("order", `GET /orders/${id}`),
  );

/** A cart with a verified line, and an order that holds its stock. */
async function beforehand() {
  const user = newShopper();
  expect(await add(user)).toMatchObject({ status: 200, body: { verified: true } });
  const order = await place(newShopper());
  expect(order).toMatchObject({ status: 201, body: { verification: "verified", hold: "held" } });
  return { user, order: order.body.id as string };
}

/** Since when the pods of these are ready, and how often they were started. */
async function steadiness(of: readonly Service[]) {
  const pods = await Promise.all(of.map(shop.podsOf));
  return pods.flat().map(({ metadata, status }) => {
    const ready = status.conditions.find(({ type }: { type: string }) => type === "Ready");
    return { name: metadata.name, uid: metadata.uid, ready, restarts: status.containerStatuses[0].restartCount };
  });
}

const behindTheDoor: Readonly<Record<Store, string>> = {
  catalog: "GET /api/catalog/products",
  cart: "GET /api/cart/cart/ann",
  order: "GET /api/order/orders",
  payment: "GET /api/payment/payments",
};

/** What the dashboard says of each part of its page. */
const partsOfTheDashboard = () =>
  answersOf(Object.fromEntries(stores.map((store) => [store, () => call("dashboard", behindTheDoor[store])])));

/** The part of the one that is away says so, and the others are as always. */
const partsWithout = (peer: Store) =>
  Object.fromEntries(
    stores.map((store) => [
      store,
      store === peer ? { status: 503, body: { code: "peer-unavailable", peer } } : { status: 200 },
    ]),
  );

/** Does something while a service is away; the others stay as they are, and answer in time. */
async function without(peer: Store, outage: Outage, caller: Store, act: () => Promise<void>): Promise<void> {
  const others = services.filter((service) => service !== peer);
  const before = await steadiness(others);
  const bringBack = await outage(shop, peer, caller);
  try {
    await act();
    await become(partsWithout(peer), partsOfTheDashboard);
    expect(await steadiness(others)).toEqual(before);
  } finally {
    await bringBack();
  }
}

/** The answers of steps that are taken one after the other, each in time. */
async function answersOf(steps: Record<string, () => Promise<Answer>>): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  let slowestMs = 0;
  for (const [name, step] of Object.entries(steps)) {
    const begin = performance.now();
    answers[name] = await step();
    slowestMs = Math.max(slowestMs, performance.now() - begin);
  }
  figure("slowest answer meanwhile", `${(slowestMs / 1000).toFixed(1)} s`);
  expect(slowestMs).toBeLessThan(answeredMs);
  return answers;
}

describe.each(Object.entries(outages))("a service %s:", (_, outage) => {
  test(
    "the catalog: carts and orders go on unverified, and are paid when it is back",
    async () => {
      const { user } = await beforehand();
      const [newcomer, buyer] = [newShopper(), newShopper()];
      let ids: string[] = [];
      await without("catalog", outage, "order", async () => {
        const { added, refused, checkedOut, placed } = await answersOf({
          added: () => add(newcomer),
          refused: () => checkOut(newcomer),
          checkedOut: () => checkOut(user),
          placed: () => place(buyer),
        });
        expect(added).toMatchObject({ status: 200, body: { verified: false, items: [{ quantity: 1, price: null }] } });
        // Nobody has seen a price.
        expect(refused).toMatchObject({ status: 503, body: { code: "peer-unavailable" } });
        expect(await cartOf(newcomer)).toMatchObject({ items: [{ product_id: product, quantity: 1 }] });
        const unverified = { status: 201, body: { verification: "pending", hold: "none", total: price } };
        expect([checkedOut, placed]).toMatchObject([unverified, unverified]);
        ids = [checkedOut?.body.id, placed?.body.id];

        for (const id of ids) expect(await pay(id)).toMatchObject({ status: 202, body: { status: "PENDING" } });
        for (const id of ids) expect(await chargesOf(id)).toEqual([]);
      });
      const begin = performance.now();
      for (const id of ids) await becomePaid(id);
      figure("paid after its return", secondsSince(begin));
      await become({ verified: true, total: price }, () => cartOf(newcomer));
    },
    testMs,
  );

  test(
    "the order service: a checkout is refused and a payment waits, and both come to their end when it is back",
    async () => {
      const { user, order } = await beforehand();
      await without("order", outage, "cart", async () => {
        const { added, refused, waiting } = await answersOf({
          added: () => add(user),
          refused: () => checkOut(user),
          waiting: () => pay(order),
        });
        expect(added).toMatchObject({ status: 200, body: { verified: true } });
        expect(refused).toMatchObject({ status: 503, body: { code: "peer-unavailable", peer: "order" } });
        expect(await cartOf(user)).toMatchObject({ items: [{ product_id: product, quantity: 2 }] });
        expect(waiting).toMatchObject({ status: 202, body: { status: "PENDING" } });
        expect(waiting?.headers.get("location")).toMatch(/^\/payments\//);
        expect(await chargesOf(order)).toEqual([]);
      });
      const begin = performance.now();
      await becomePaid(order);
      figure("paid after its return", secondsSince(begin));

      // By the shopper, or by the cart itself, which finds out what came of the first try.
      await eventually(async () => expect([201, 409]).toContain((await checkOut(user)).status), healedMs);
      const orders = await ordersOf(user);
      expect(orders).toMatchObject([{ total: 2 * price, verification: "verified" }]);
      expect(await cartOf(user)).toMatchObject({ items: [] });
      const paid = () => call("payment", `POST /pay?order_id=${orders[0].id}&amount=${2 * price}`);
      expect([200, 202]).toContain((await paid()).status);
      await becomePaid(orders[0].id);
    },
    testMs,
  );

  test(
    "the payment service: orders come and go, and are paid when it is back",
    async () => {
      const { user, order } = await beforehand();
      let id = "";
      await without("payment", outage, "order", async () => {
        const { checkedOut, placed, cancelled } = await answersOf({
          checkedOut: () => checkOut(user),
          placed: () => place(newShopper()),
          cancelled: () => call("order", `POST /orders/${order}/cancel`),
        });
        const verified = { status: 201, body: { verification: "verified", hold: "held" } };
        expect([checkedOut, placed]).toMatchObject([verified, verified]);
        expect(cancelled).toMatchObject({ status: 200, body: { status: "CANCELLED" } });
        id = checkedOut?.body.id;
      });
      await eventually(async () => expect([200, 202, 409]).toContain((await pay(id)).status), healedMs);
      await becomePaid(id);
      expect(await pay(order)).toMatchObject({ status: 409, body: { code: "order-not-payable" } });
    },
    testMs,
  );
});

test("no money was taken but for the paid orders, and once", async () => {
  const { body } = await call("order", "GET /orders?status=PAID&limit=500");
  const paid = (body as { id: string; total: number }[]).map(({ id, total }) => ({
    order_id: id,
    amount: minorUnits(total),
  }));
  expect(paid.length).toBeGreaterThan(0);
  const byId = (a: { order_id: string }, b: { order_id: string }) => (a.order_id < b.order_id ? -1 : 1);
  expect(await charges(shop)).toEqual(paid.sort(byId));
});
