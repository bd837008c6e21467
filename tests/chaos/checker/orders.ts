import { type Books, type OrderRow, sum } from "./books.ts";
import { foldEvents } from "./fold.ts";
import type { Findings } from "./violation.ts";

/** A sweep ends what has expired, some seconds later. */
const sweepMs = 10_000;

/** Every order against its events, its hold and the provider's ledger. */
export function checkOrders(books: Books, { expect }: Findings, endedAt: number): void {
  for (const order of books.orders.values()) {
    const { id, status, verification } = order;
    checkFold(books, order, expect);
    checkHold(books, order, expect);
    checkMoney(books, order, expect);
    checkNews(books, order, expect);
    const paid = ["PAID", "FULFILLED", "REFUNDED"].includes(status);
    expect(!paid || verification === "verified", "only a verified order is charged", `${status}, ${verification}`, id);
    expect(
      status !== "PENDING" || order.expires_at > endedAt - sweepMs,
      "an order past its time does not stay PENDING",
      `expired at ${order.expires_at}`,
      id,
    );
  }
}

type Expect = Findings["expect"];

function checkFold(books: Books, order: OrderRow, expect: Expect): void {
  const rule = "folding the events gives the order";
  try {
    const folded = foldEvents(books.events.get(order.id) ?? []);
    const differing = Object.entries(folded).filter(([column, value]) => order[column as keyof OrderRow] !== value);
    const words = differing.map(([column, value]) => `${column} is ${order[column as keyof OrderRow]}, not ${value}`);
    expect(differing.length === 0, rule, words.join("; "), order.id);
  } catch (error) {
    expect(false, rule, (error as Error).message, order.id);
  }
}

function checkHold(books: Books, order: OrderRow, expect: Expect): void {
  const hold = books.holds.get(order.id);
  const state = hold?.state ?? "none";
  const types = (books.events.get(order.id) ?? []).map(({ type }) => type);
  const wanted = wantedHold(order, types);
  const words = `${order.status}, hold ${order.hold}; the catalog says ${state}`;
  expect(wanted.catalog.includes(state), "an order's hold ends as the order does", words, order.id);
  expect(wanted.order.includes(order.hold), "an order knows what became of its hold", words, order.id);
  if (state !== "HELD" && state !== "CONFIRMED" && state !== "RETURNED") return;
  const held = new Map((books.holdLines.get(order.id) ?? []).map((line) => [line.product_id, line.quantity]));
  const ordered = new Map<number, number>();
  for (const { product_id, quantity } of books.items.get(order.id) ?? [])
    ordered.set(product_id, (ordered.get(product_id) ?? 0) + quantity);
  const same =
    held.size === ordered.size && [...ordered].every(([product, quantity]) => held.get(product) === quantity);
  expect(same, "what is held is what was ordered", `${words}; held ${[...held]}, ordered ${[...ordered]}`, order.id);
}

/** What the catalog may say at the end, and what the order may. */
function wantedHold(
  { status, verification }: OrderRow,
  types: readonly string[],
): Record<"catalog" | "order", string[]> {
  const gone = types.includes("stock_gone");
  switch (status) {
    case "PENDING":
      return verification === "pending"
        ? { catalog: ["none", "HELD", "EXPIRED"], order: ["none"] }
        : { catalog: ["HELD"], order: ["held"] };
    case "PAID":
    case "FULFILLED":
      return { catalog: ["CONFIRMED"], order: ["confirmed"] };
    case "REFUNDED":
      if (gone) return { catalog: ["EXPIRED", "RELEASED"], order: ["released"] };
      return types.includes("fulfilled")
        ? { catalog: ["CONFIRMED"], order: ["confirmed"] }
        : { catalog: ["RETURNED"], order: ["returned"] };
    default:
      // Released also when nothing was ever held: the tombstone bars a hold that is still on its way.
      return { catalog: ["RELEASED"], order: ["released"] };
  }
}

function checkMoney(books: Books, order: OrderRow, expect: Expect): void {
  const payments = books.paymentsOf.get(order.id) ?? [];
  const captured = payments.flatMap((payment) => {
    const charge = books.charges.get(payment.id);
    return charge && charge.declined_code === null ? [charge] : [];
  });
  const refunds = payments.flatMap(({ id }) => books.ledgerRefundsOf.get(id) ?? []);
  const returned = sum(
    refunds.filter((refund) => refund.declined_code === null),
    (refund) => refund.amount,
  );
  const net = sum(captured, (charge) => charge.amount) - returned;
  const words = `${order.status}; captured ${captured.map(({ id, amount }) => `${amount} by ${id}`)}, given back ${returned}`;
  if (order.status === "PAID" || order.status === "FULFILLED") {
    expect(captured.length === 1, "a paid order has exactly one capture", words, order.id);
    expect(captured[0]?.id === order.payment_id, "an order is paid by the payment that it names", words, order.id);
    expect(net === order.total - order.refunded, "an order knows what was refunded", words, order.id);
    expect(net > 0, "a paid order has money left", words, order.id);
  } else {
    expect(net === 0, "an order that is not paid keeps no money", words, order.id);
  }
  const wrong = captured.filter((charge) => charge.amount !== order.total);
  expect(
    wrong.length === 0,
    "nothing but the order's total is ever charged",
    `${words}; the total is ${order.total}`,
    order.id,
  );
}

/** A message of a payment takes effect once: no two events of an order tell of the same version of the same payment. */
function checkNews(books: Books, order: OrderRow, expect: Expect): void {
  const told = (books.events.get(order.id) ?? []).flatMap(({ type, data }) => {
    const { payment_id, version } = JSON.parse(data) as { payment_id?: string; version?: number };
    return payment_id === undefined || version === undefined ? [] : [`${type} ${payment_id} ${version}`];
  });
  const twice = told.filter((news, index) => told.indexOf(news) !== index);
  expect(twice.length === 0, "each message takes effect once", `twice: ${twice}`, order.id);
}
