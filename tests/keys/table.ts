import { randomUUID } from "node:crypto";
import { type Goods, holdOf, newName, price } from "./goods.ts";
import { type Name, names, type Shop } from "./shop.ts";

/** What is sent fifty times at once, how its effect is counted, and what is counted when there was one. */
export interface Case {
  readonly path: string;
  readonly body?: unknown;
  effect(): Promise<unknown>;
  readonly one: unknown;
}

export interface Row {
  readonly service: Name;
  readonly operation: string;
  /** Of the one answer. */
  readonly status: number;
  prepare(goods: Goods, shop: Shop, key: string): Promise<Case>;
}

/** A transition of a hold that was made, and perhaps confirmed, before. */
const settling = (how: "confirm" | "release" | "return", one: unknown): Row => ({
  service: "catalog",
  operation: `${how}-reservation`,
  status: 200,
  async prepare(goods, shop) {
    const { order_id, product_id } = await goods.hold();
    if (how === "return") await shop.post("catalog", `/reservations/${order_id}/confirm`);
    const effect = async () => ({ ...(await goods.stock(product_id)), moved: await goods.movements(product_id) });
    return { path: `/reservations/${order_id}/${how}`, effect, one };
  },
});

/** Repeatable by itself: a kill between the longer hold and its answer lets it be lengthened again, never held twice. */
const payable = (batch: boolean): Row => ({
  service: "order",
  operation: batch ? "require-many-payable" : "require-payable",
  status: 200,
  async prepare(goods) {
    const { id, total, product_id } = await goods.order();
    const effect = async () => ({
      ...(await goods.stock(product_id)),
      lengthened: (await goods.events(id, "hold_extended")) > 0,
    });
    const one = { stock: 50, reserved: 2, lengthened: true };
    const asked = { payment_id: randomUUID(), amount: total };
    const sent = batch
      ? { path: "/orders/payable", body: { payables: [{ order_id: id, ...asked }] } }
      : { path: `/orders/${id}/payable`, body: asked };
    return { ...sent, effect, one };
  },
});

const files = { catalog: "products.db", cart: "carts.db", order: "orders.db", payment: "payments.db" };

/** What a reconciliation finds is mended once whoever asks; under a key it is also told once. */
const reconcile = (service: Name): Row => ({
  service,
  operation: "reconcile",
  status: 200,
  prepare: async (goods, _shop, key) => ({
    path: "/admin/reconcile",
    effect: () => goods.kept(files[service], key),
    one: 1,
  }),
});

/** The news of a payment, sent again as what it is in this list. */
const redelivery = (operation: string, list: string): Row => ({
  service: "payment",
  operation,
  status: 200,
  async prepare(goods, shop) {
    const { id } = await goods.paidOrder();
    const ofOrder = ({ order_id, status }: { order_id: string; status: string }) =>
      order_id === id && status === "DELIVERED";
    const webhooks = await shop.getUntil("payment", "/webhooks?limit=20", (rows) => rows.some(ofOrder));
    const effect = async () => ({
      paid: await goods.events(id, "paid"),
      status: (await shop.get("order", `/orders/${id}`)).status,
    });
    const one = { paid: 1, status: "PAID" };
    return { path: `${list}/${webhooks.find(ofOrder).id}/redeliver`, effect, one };
  },
});

/** Every POST that heeds Idempotency-Key. */
export const table: readonly Row[] = [
  {
    service: "catalog",
    operation: "create-product",
    status: 201,
    async prepare(_goods, shop) {
      const name = newName();
      const effect = async () => (await shop.get("catalog", `/products?q=${name}`)).length;
      return { path: "/products", body: { name, price, stock: 5 }, effect, one: 1 };
    },
  },
  {
    service: "catalog",
    operation: "adjust-stock",
    status: 200,
    async prepare(goods) {
      const id = await goods.product();
      const body = { delta: 3, reason: "found" };
      return { path: `/products/${id}/stock-adjustments`, body, effect: () => goods.movements(id), one: [3] };
    },
  },
  {
    service: "catalog",
    operation: "hold-stock-of-many",
    status: 200,
    async prepare(goods) {
      const id = await goods.product();
      const reservations = [randomUUID(), randomUUID()].map((order_id) => ({ order_id, ...holdOf(id) }));
      const one = { stock: 50, reserved: 4 };
      return { path: "/reservations", body: { reservations }, effect: () => goods.stock(id), one };
    },
  },
  {
    service: "catalog",
    operation: "confirm-many-reservations",
    status: 200,
    async prepare(goods) {
      const { order_id, product_id } = await goods.hold();
      const effect = () => goods.movements(product_id);
      return { path: "/reservations/confirm", body: { order_ids: [order_id] }, effect, one: [-2] };
    },
  },
  settling("confirm", { stock: 48, reserved: 0, moved: [-2] }),
  settling("release", { stock: 50, reserved: 0, moved: [] }),
  settling("return", { stock: 50, reserved: 0, moved: [-2, 2] }),
  {
    service: "cart",
    operation: "add-to-cart",
    status: 200,
    async prepare(goods) {
      const id = await goods.product();
      const user = newName();
      return { path: `/cart/${user}/add?product_id=${id}&quantity=3`, effect: () => goods.lines(user), one: [3] };
    },
  },
  {
    service: "cart",
    operation: "merge-carts",
    status: 200,
    async prepare(goods) {
      const id = await goods.product();
      const [from, into] = [await goods.cart(id, 2), await goods.cart(id, 3)];
      const effect = async () => [await goods.lines(from), await goods.lines(into)];
      return { path: `/cart/${from}/merge`, body: { into }, effect, one: [[], [5]] };
    },
  },
  {
    service: "cart",
    operation: "check-out",
    status: 201,
    async prepare(goods) {
      const user = await goods.cart(await goods.product(), 2);
      const effect = async () => ({ orders: await goods.ordersOf(user), left: await goods.lines(user) });
      return { path: `/cart/${user}/checkout`, effect, one: { orders: 1, left: [] } };
    },
  },
  {
    service: "order",
    operation: "place-order",
    status: 201,
    async prepare(goods) {
      const user = newName();
      const product_id = await goods.product();
      const effect = async () => ({ orders: await goods.ordersOf(user), ...(await goods.stock(product_id)) });
      const body = [{ product_id, quantity: 2, price }];
      return { path: `/orders?user_id=${user}`, body, effect, one: { orders: 1, stock: 50, reserved: 2 } };
    },
  },
  {
    service: "order",
    operation: "cancel-order",
    status: 200,
    async prepare(goods) {
      const { id } = await goods.order();
      return { path: `/orders/${id}/cancel`, effect: () => goods.events(id, "cancelled"), one: 1 };
    },
  },
  {
    service: "order",
    operation: "fulfil-order",
    status: 200,
    async prepare(goods, shop) {
      const { id } = await goods.paidOrder();
      await shop.getUntil("order", `/orders/${id}`, ({ hold }) => hold === "confirmed");
      return { path: `/orders/${id}/fulfil`, effect: () => goods.events(id, "fulfilled"), one: 1 };
    },
  },
  payable(false),
  payable(true),
  {
    service: "order",
    operation: "redeliver-message",
    status: 200,
    async prepare(goods, shop) {
      const { id, product_id } = await goods.order();
      await shop.post("order", `/orders/${id}/cancel`);
      const ofOrder = ({ aggregate, state }: { aggregate: string; state: string }) =>
        aggregate === id && state === "DELIVERED";
      const messages = await shop.getUntil("order", "/outbox?limit=20", (rows) => rows.some(ofOrder));
      const effect = async () => ({
        ...(await goods.stock(product_id)),
        released: await goods.events(id, "hold_released"),
      });
      const one = { stock: 50, reserved: 0, released: 1 };
      return { path: `/outbox/${messages.find(ofOrder).id}/redeliver`, effect, one };
    },
  },
  {
    service: "payment",
    operation: "pay",
    status: 200,
    async prepare(goods, shop) {
      const { id, total } = await goods.order();
      const effect = async () => {
        const payments: { id: string; status: string }[] = await shop.get("payment", `/payments?order_id=${id}`);
        const charges = await Promise.all(payments.map((payment) => goods.moved("charges", payment.id)));
        return { payments: payments.map(({ status }) => status), charges, paid: await goods.events(id, "paid") };
      };
      return {
        path: `/pay?order_id=${id}&amount=${total}`,
        effect,
        one: { payments: ["SUCCEEDED"], charges: [1], paid: 1 },
      };
    },
  },
  {
    service: "payment",
    operation: "refund-payment",
    status: 201,
    async prepare(goods, shop) {
      const { payment_id } = await goods.paidOrder();
      const effect = async () => ({
        refunded: (await shop.get("payment", `/payments/${payment_id}`)).refunded,
        refunds: (await shop.get("payment", `/payments/${payment_id}/refunds`)).length,
        moved: await goods.moved("refunds", payment_id),
      });
      const one = { refunded: 1.5, refunds: 1, moved: 1 };
      return { path: `/payments/${payment_id}/refunds`, body: { amount: 1.5, reason: "scratched" }, effect, one };
    },
  },
  redelivery("redeliver-webhook", "/webhooks"),
  redelivery("redeliver-message", "/outbox"),
  ...names.map(reconcile),
];
