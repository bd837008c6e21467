import type { Entry, Trip } from "../records.ts";
import { type Books, groupBy, type OrderRow } from "./books.ts";
import type { Findings } from "./violation.ts";

/** What may come after each state of an order, itself included. */
const after: Readonly<Record<string, readonly string[]>> = {
  PENDING: ["PENDING", "PAID", "FULFILLED", "CANCELLED", "EXPIRED", "REFUNDED"],
  PAID: ["PAID", "FULFILLED", "REFUNDED"],
  FULFILLED: ["FULFILLED", "REFUNDED"],
  CANCELLED: ["CANCELLED"],
  EXPIRED: ["EXPIRED"],
  REFUNDED: ["REFUNDED"],
};
const captured = ["SUCCEEDED", "PARTIALLY_REFUNDED", "REFUNDED"];

/** What buyers were told against what the files say: nothing acknowledged is lost, and every wish had one effect. */
export function checkAcknowledged(books: Books, { expect }: Findings, trips: readonly Trip[]): void {
  const ordersOf = groupBy([...books.orders.values()], (order) => order.user_id);
  const users = new Set(trips.map(({ user }) => user));
  for (const [user, orders] of ordersOf)
    expect(users.has(user), "no order comes from nowhere", `${user} never ordered`, orders[0]?.id);
  const deliveries = groupBy(books.movements, (row) => row.reason);

  for (const trip of trips) {
    const orders = ordersOf.get(trip.user) ?? [];
    const words = `${trip.user} wished for ${trip.allowedOrders} and has ${orders.map(({ id }) => id)}`;
    expect(orders.length <= trip.allowedOrders, "one wish is one order", words, orders[0]?.id);
    const refused = refusalOf(trip);
    const had = `${trip.user} was told ${refused} and has ${orders.map(({ id }) => id)}`;
    expect(refused === undefined || orders.length === 0, "who was refused has no order", had, orders[0]?.id);
    for (const order of orders) checkItems(books, trip, order, expect);
    for (const entry of trip.entries) {
      if (entry.what === "refund") checkRefund(books, entry, expect);
      else if (entry.what === "deliver") checkDelivery(deliveries.get(entry.reason ?? "") ?? [], entry, expect);
      else if (entry.what === "pay") checkPay(books, entry, expect);
      else if (entry.id !== undefined && told(entry)) checkOrder(books, trip, entry, expect);
    }
  }
}

type Expect = Findings["expect"];

const told = ({ status }: Entry): boolean => status !== undefined && status < 300;

/** With what an order was refused for good, under a key: a copy of the request may still come, and must do nothing. */
function refusalOf({ entries }: Trip): string | undefined {
  const asked = entries.filter(({ what }) => what === "order" || what === "checkout");
  const code = asked.at(-1)?.code ?? "";
  return asked.every(({ key }) => key !== undefined) && refusals.has(code) ? code : undefined;
}

const refusals = new Set(["price-changed", "insufficient-stock", "inactive-product", "unknown-product"]);

function checkOrder(books: Books, trip: Trip, { what, id = "", state = "", total }: Entry, expect: Expect): void {
  const order = books.orders.get(id);
  expect(order !== undefined, "no acknowledged order is lost", `${trip.user} was told ${state} by ${what}`, id);
  if (!order) return;
  const words = `${what} was told ${state}, and it is ${order.status}`;
  expect(after[state]?.includes(order.status) ?? false, "no acknowledged progress of an order is lost", words, id);
  const same = order.user_id === trip.user && order.total === total;
  expect(same, "an order is whose it was said to be, for the same price", `${order.user_id}, ${order.total}`, id);
}

function checkItems(books: Books, { wanted, user }: Trip, { id }: OrderRow, expect: Expect): void {
  if (!wanted) return;
  const items = books.items.get(id) ?? [];
  const same = items.length === wanted.size && items.every((item) => wanted.get(item.product_id) === item.quantity);
  const words = `${user} wanted ${[...wanted]}, and got ${items.map((item) => [item.product_id, item.quantity])}`;
  expect(same, "what was put in once is ordered once", words, id);
}

function checkPay(books: Books, { status, id = "", total }: Entry, expect: Expect): void {
  if (status !== 402 && !(status !== undefined && status < 300)) return;
  const payment = books.payments.get(id);
  expect(payment !== undefined, "no acknowledged payment is lost", `payment ${id} was answered with ${status}`);
  if (!payment) return;
  const words = `payment ${id} was answered with ${status}, and is ${payment.status}`;
  // One that waits (202) was not charged yet: its amount is corrected by whoever pays the order's total.
  const sameAmount = status === 202 || payment.amount === total;
  expect(sameAmount, "a payment has the amount that was said", words, payment.order_id);
  if (status === 402) expect(payment.status === "FAILED", "a declined payment stays declined", words, payment.order_id);
  if (status !== 200) return;
  expect(captured.includes(payment.status), "no acknowledged payment is undone", words, payment.order_id);
  const order = books.orders.get(payment.order_id);
  const right = order?.payment_id === id && (after.PAID?.includes(order.status) ?? false);
  expect(
    right,
    "a payment answered with 200 has paid its order",
    `${words}; the order is ${order?.status}`,
    payment.order_id,
  );
}

function checkRefund(books: Books, { status, id = "", state, total, reason }: Entry, expect: Expect): void {
  const made = books.refundsByReason.get(reason ?? "") ?? [];
  const orderId = books.payments.get(made[0]?.payment_id ?? "")?.order_id;
  expect(made.length <= 1, "one key is one refund", `${reason}: ${made.map((refund) => refund.id)}`, orderId);
  if (status === undefined || status >= 300) return;
  const refund = books.refunds.get(id);
  const words = `refund ${id} of ${total} was ${state}, and is ${refund?.status ?? "gone"}`;
  expect(refund !== undefined && refund.amount === total, "no acknowledged refund is lost", words, orderId);
  expect(
    state === "PENDING" || refund?.status === state,
    "an acknowledged refund stays as it was told",
    words,
    orderId,
  );
}

function checkDelivery(made: readonly unknown[], { status, reason }: Entry, expect: Expect): void {
  const wanted = status !== undefined && status < 300 ? made.length === 1 : made.length <= 1;
  expect(
    wanted,
    "one key is one change of stock",
    `${reason} was answered ${status}, and is there ${made.length} times`,
  );
}
