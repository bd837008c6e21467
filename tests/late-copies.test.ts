import { cartService } from "@shop/cart";
import { orderService } from "@shop/order";
import { loadHttpClient, type RecordedRequest, startFakePeer, startTestService } from "@shop/platform/testing";
import { product } from "../services/cart/src/testing/start-cart.ts";
import { startFakeCatalog } from "../services/order/src/testing/fake-catalog.ts";
import { createRandom } from "./chaos/random.ts";

// A cart and an order service, and a way between them on which requests come late, twice, or again long after their
// answer. Whatever a cart was told of a checkout must stay true when another copy of it arrives.

/** Others are worth a look now and then. */
const seed = Number(process.env.LATE_SEED ?? 41);
/** Fewer than open a breaker, behind which nothing would be tried for two seconds. */
const inARowAtMost = 3;

type Shop = Awaited<ReturnType<typeof startShop>>;
let shop: Shop;
beforeAll(loadHttpClient);
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.stop());

async function startShop() {
  const catalog = await startFakeCatalog();
  const products = [1, 2, 3].map((id) => product(id));
  catalog.on("GET", "/products", ({ query }) => ({
    body: products.filter(({ id }) => (query.ids ?? "").split(",").includes(String(id))),
  }));
  const way = await startFakePeer();
  const startOrders = (dataDir?: string) =>
    startTestService(orderService, {
      CATALOG_URL: catalog.url,
      RECONCILE_EVERY_S: "3600",
      ...(dataDir === undefined ? {} : { DATA_DIR: dataDir }),
    });
  let orders = await startOrders();
  const cart = await startTestService(cartService, {
    CATALOG_URL: catalog.url,
    ORDER_URL: way.url,
    RECONCILE_EVERY_S: "3600",
  });
  return {
    catalog,
    way,
    add: (user: string, product_id: number) => cart.call("POST", `/cart/${user}/add?product_id=${product_id}`),
    checkout: (user: string) => cart.call("POST", `/cart/${user}/checkout`),
    /** Brings one copy of a request to the order service, whose answer it is. */
    async bring({ query, headers, body }: RecordedRequest) {
      const key = headers["idempotency-key"] ?? "";
      const sent = { body, headers: { "Idempotency-Key": key } };
      const answer = await orders.call("POST", `/orders?user_id=${query.user_id}`, sent);
      return { status: answer.status, body: answer.body };
    },
    ordersOf: async (user: string): Promise<string[]> =>
      (await orders.call("GET", `/orders?user_id=${user}`)).body.map(({ id }: { id: string }) => id),
    async restartOrders(): Promise<void> {
      await orders.stop();
      orders = await startOrders(orders.dataDir);
    },
    async stop(): Promise<void> {
      await cart.stop();
      await orders.stop();
      await Promise.all([way.close(), catalog.close()]);
    },
  };
}

const refusal = { status: 409, code: "price-changed", prices: [] };

test("a copy of a refused order that comes when the catalog is away is refused as well", async () => {
  const copies: RecordedRequest[] = [];
  shop.way.on("POST", "/orders", (request) => {
    copies.push(request);
    return shop.bring(request);
  });
  await shop.add("ann", 1);
  shop.catalog.refuse(refusal);
  expect(await shop.checkout("ann")).toMatchObject({ status: 409, body: { code: "price-changed" } });

  await shop.catalog.mode("fail");
  const [copy] = copies;
  if (!copy) throw new Error("the order service was not asked");
  expect(await shop.bring(copy)).toMatchObject({ status: 409, body: { code: "price-changed" } });

  await shop.catalog.mode("ok");
  shop.catalog.refuse(undefined);
  const { status, body } = await shop.checkout("ann");
  expect([status, await shop.ordersOf("ann")]).toEqual([201, [body.id]]);
});

test(`the orders there are in the end are those that the buyers were told of (LATE_SEED=${seed})`, async () => {
  const random = createRandom(seed);
  const late: RecordedRequest[] = [];
  let isOver = false;
  /** Whether one of the two fails now, which it may not for ever. */
  const failing = (probability: number) => {
    let inARow = 0;
    return (): boolean => {
      inARow = !isOver && inARow < inARowAtMost && random.chance(probability) ? inARow + 1 : 0;
      return inARow > 0;
    };
  };
  const catalogIsAway = failing(0.6);
  const answerIsLost = failing(0.4);
  shop.catalog.on("POST", "/reservations", (request) => {
    if (catalogIsAway()) return { status: 500 };
    shop.catalog.refuse(!isOver && random.chance(0.4) ? refusal : undefined);
    return shop.catalog.hold(request);
  });
  shop.way.on("POST", "/orders", async (request) => {
    if (answerIsLost()) {
      if (random.chance(0.5)) late.push(request);
      else await shop.bring(request);
      return "reset";
    }
    if (!isOver && random.chance(0.3)) late.push(request);
    const copies = !isOver && random.chance(0.2) ? 2 : 1;
    const [answer] = await Promise.all(Array.from({ length: copies }, () => shop.bring(request)));
    return answer ?? "reset";
  });
  const bringLate = async () => {
    const [copy] = late.splice(random.int(0, Math.max(0, late.length - 1)), 1);
    if (copy) await shop.bring(copy);
  };

  /** The ids of the orders that each was answered with. */
  const told = new Map(Array.from({ length: 24 }, (_, number) => [`buyer${number}`, new Set<string>()]));
  const click = async (user: string) => {
    const { status, body } = await shop.checkout(user);
    if (status === 201) told.get(user)?.add(body.id);
    return body.code;
  };
  for (const user of told.keys())
    for (let step = 0; step < 10; step += 1)
      await random.pick([
        () => shop.add(user, random.int(1, 3)),
        () => shop.add(user, random.int(1, 3)),
        () => click(user),
        () => click(user),
        () => Promise.all([click(user), click(user)]),
        bringLate,
      ])();

  await shop.restartOrders();
  while (late.length > 0) await bringLate();
  isOver = true;
  for (const [user, ids] of told) {
    while ((await click(user)) !== "cart-empty");
    expect((await shop.ordersOf(user)).sort()).toEqual([...ids].sort());
  }
});
