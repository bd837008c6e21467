import { type Books, type PaymentRow, sum } from "./books.ts";
import type { Findings } from "./violation.ts";

const captured = ["SUCCEEDED", "PARTIALLY_REFUNDED", "REFUNDED"];

/** Every payment and refund against the provider's ledger, and the ledger against them. */
export function checkPayments(books: Books, { expect }: Findings): void {
  for (const payment of books.payments.values()) {
    checkCharge(books, payment, expect);
    checkRefunds(books, payment, expect);
    checkTold(books, payment, expect);
  }
  for (const { id, declined_code, amount } of books.charges.values()) {
    const known = declined_code !== null || books.payments.has(id);
    expect(known, "no money is taken that the shop does not know of", `charge ${id} of ${amount}`);
  }
  for (const { id, declined_code, amount } of books.ledgerRefunds.values()) {
    const known = declined_code !== null || books.refunds.has(id);
    expect(known, "no money is given back that the shop does not know of", `refund ${id} of ${amount}`);
  }
}

type Expect = Findings["expect"];

function checkCharge(books: Books, { id, order_id, status, amount }: PaymentRow, expect: Expect): void {
  const charge = books.charges.get(id);
  const words = `payment ${id} is ${status}; the ledger has ${charge ? `${charge.amount} ${charge.declined_code ?? "taken"}` : "nothing"}`;
  const taken = charge !== undefined && charge.declined_code === null;
  if (captured.includes(status))
    expect(taken && charge.amount === amount, "a payment that succeeded is in the ledger", words, order_id);
  else if (status === "FAILED") expect(!taken, "a payment that failed took no money", words, order_id);
  else expect(false, "no payment stays open", words, order_id);
  if (captured.includes(status) && status !== "REFUNDED")
    expect(books.orders.has(order_id), "money belongs to an order", words, order_id);
}

function checkRefunds(books: Books, payment: PaymentRow, expect: Expect): void {
  const { id, order_id, amount, refunded, refunding } = payment;
  const done = (books.ledgerRefundsOf.get(id) ?? []).filter((refund) => refund.declined_code === null);
  const given = sum(done, (refund) => refund.amount);
  const words = `payment ${id} of ${amount}: refunded ${refunded}, under way ${refunding}; the ledger gave back ${given}`;
  expect(given <= amount, "never more is given back than was taken", words, order_id);
  expect(given === refunded && refunding === 0, "a payment knows what was given back", words, order_id);
  for (const refund of books.refundsOf.get(id) ?? []) {
    const entry = books.ledgerRefunds.get(refund.id);
    const moved = entry !== undefined && entry.declined_code === null && entry.amount === refund.amount;
    const right = refund.status === "SUCCEEDED" ? moved : refund.status === "FAILED" && !moved;
    const detail = `refund ${refund.id} is ${refund.status}; the ledger ${moved ? "gave it" : "did not"}`;
    expect(right, "a refund ends as the ledger says", detail, order_id);
  }
}

/** The message is written with the change: it exists for every change that there was, and the order took it in. */
function checkTold(books: Books, { id, order_id, status }: PaymentRow, expect: Expect): void {
  const messages = (books.outboxOf.get(id) ?? []).filter(
    (row) => row.service === "payment" && row.destination === "order",
  );
  const types = messages.map(({ type }) => type);
  const due = [
    ...(captured.includes(status) ? ["payment.succeeded"] : []),
    ...(status === "FAILED" ? ["payment.failed"] : []),
    ...(status === "REFUNDED" || status === "PARTIALLY_REFUNDED" ? ["payment.refunded"] : []),
  ];
  const missing = due.filter((type) => !types.includes(type));
  expect(
    missing.length === 0,
    "a change of a payment has its message",
    `payment ${id} is ${status} without ${missing}`,
    order_id,
  );
  if (!books.orders.has(order_id)) return;
  for (const { id: message, type, state } of messages)
    expect(
      state !== "DELIVERED" || books.inbox.has(message),
      "a message that was delivered was taken in",
      `${type} ${message} of payment ${id} is not in the inbox`,
      order_id,
    );
}
