import { eventually } from "./client.ts";
import type { Store } from "./images.ts";
import type { Release } from "./release.ts";
import { type Goods, isAcknowledged, type Write } from "./writers.ts";

/**
 * Expects what the writers were told, exactly: nothing acknowledged is missing, and nothing is there twice. Every write
 * must have been repeated until it was acknowledged, so `writes` are all that were ever made in this release.
 */
export async function expectExactly(release: Release, goods: Goods, writes: readonly Write[]): Promise<void> {
  expect(writes.filter((write) => !isAcknowledged(write))).toEqual([]);
  const of = (service: Store) => writes.filter((write) => write.service === service);
  expect(await stockOf(release, goods.counted)).toEqual({ stock: of("catalog").length, reserved: 0 });

  for (const user of new Set(of("cart").map(({ subject }) => subject))) {
    const adds = of("cart").filter(({ subject }) => subject === user).length;
    const { body } = await release.call("cart", `GET /cart/${user}`);
    const lines = body.items.map((line: { product_id: number; quantity: number }) => [line.product_id, line.quantity]);
    expect([user, lines]).toEqual([user, [[goods.sold, adds]]]);
  }

  const orders = await all<Order>(release, "order", "/orders");
  expect(orders.map(({ id }) => id).sort()).toEqual(idsOf(of("order")));
  const payments = await all<Payment>(release, "payment", "/payments");
  expect(payments.map(({ id }) => id).sort()).toEqual(idsOf(of("payment")));

  // News of a payment, and of a hold, may still be on their way.
  const paid = of("payment").length;
  await eventually(async () => {
    const now = await all<Order>(release, "order", "/orders?status=PAID");
    expect(now.map((order) => [order.id, order.payment_id]).sort()).toEqual(
      of("payment")
        .map(({ subject, id }) => [subject, id])
        .sort(),
    );
    const held = { stock: 1_000_000 - paid, reserved: orders.length - paid };
    expect(await stockOf(release, goods.sold)).toEqual(held);
  }, 120_000);
}

interface Order {
  readonly id: string;
  readonly payment_id: string | null;
}
interface Payment {
  readonly id: string;
}

const idsOf = (writes: readonly Write[]): string[] => writes.map(({ id = "" }) => id).sort();

async function stockOf({ call }: Release, product: number): Promise<{ stock: number; reserved: number }> {
  const { stock, reserved } = (await call("catalog", `GET /products/${product}`)).body;
  return { stock, reserved };
}

/** A list of a service, all its pages. */
async function all<Row>({ call }: Release, service: Store, path: string): Promise<Row[]> {
  const rows: Row[] = [];
  let next: string | undefined = `${path}${path.includes("?") ? "&" : "?"}limit=500`;
  while (next !== undefined) {
    const { headers, body } = await call(service, `GET ${next}`);
    rows.push(...body);
    next = /<([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
  }
  return rows;
}
