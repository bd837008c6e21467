import { Problem } from "@shop/platform";
import { commandOwed, commandsOf } from "./commands.ts";
import { allowedChanges, type Hold, type Order, type Status, statuses, totalOf, transition } from "./order.ts";
import { fold, type OrderEvent, placedOrder, type RecordedEvent } from "./order-events.ts";
import { placed } from "./testing/placed.ts";

const payment_id = "0190a000-0000-7000-8000-000000000001";
const first = placed({
  items: [
    { product_id: 1, sku: "A", name: "Apple", quantity: 3, price: 10 },
    { product_id: 2, sku: null, name: null, quantity: 1, price: 20 },
  ],
  expires_at: 10_000,
});
const order: Order = placedOrder("o1", first, 1000);

const events = {
  pay: { type: "paid", data: { payment_id, version: 2, amount: 50 } },
  cancel: { type: "cancelled", data: { reason: "asked" } },
  expire: { type: "expired", data: { reason: "unpaid" } },
  fulfil: { type: "fulfilled", data: {} },
  refund: { type: "refunded", data: { payment_id, version: 3, refunded: 50 } },
} satisfies Record<string, OrderEvent>;

const refusalOf = (act: () => unknown): Problem => {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error("nothing was refused");
};

const possible: Record<Status, Partial<Record<keyof typeof events, Status>>> = {
  PENDING: { pay: "PAID", cancel: "CANCELLED", expire: "EXPIRED" },
  PAID: { fulfil: "FULFILLED", refund: "REFUNDED" },
  FULFILLED: { refund: "REFUNDED" },
  CANCELLED: {},
  EXPIRED: {},
  REFUNDED: {},
};

describe.each(statuses)("an order that is %s", (status) => {
  const now: Order = { ...order, status, hold: "confirmed" };

  it.each(Object.keys(events) as (keyof typeof events)[])("on %s", (change) => {
    const to = possible[status][change];
    if (to)
      return expect(transition(now, events[change], 2000)).toMatchObject({ status: to, updated_at: 2000, seq: 2 });
    const refusal = refusalOf(() => transition(now, events[change], 2000));
    expect(refusal).toMatchObject({ status: 409, code: "invalid-transition" });
    expect(refusal.members).toEqual({ order_status: status, allowed: Object.keys(possible[status]) });
  });
});

it.each<Hold>(["none", "held", "released", "returned"])("is not handed over while its stock is %s", (hold) => {
  const paid: Order = { ...order, status: "PAID", hold };
  expect(allowedChanges(paid)).toEqual(["refund"]);
  expect(() => transition(paid, events.fulfil, 2000)).toThrow(Problem);
});

it("stays what it was after a partial refund", () => {
  const paid = transition(order, events.pay, 2000);
  const partly = transition(paid, { type: "refunded", data: { payment_id, version: 3, refunded: 20 } }, 3000);
  expect(partly).toMatchObject({ status: "PAID", refunded: 20, payment_version: 3 });
  expect(transition(partly, { type: "refunded", data: { payment_id, version: 4, refunded: 50 } }, 4000)).toMatchObject({
    status: "REFUNDED",
    refunded: 50,
  });
});

it("follows the catalog's hold forwards only", () => {
  const confirmed = transition(order, { type: "hold_confirmed", data: {} }, 2000);
  expect(confirmed.hold).toBe("confirmed");
  expect(() => transition(confirmed, { type: "hold_released", data: {} }, 3000)).toThrow(Problem);
  expect(transition(confirmed, { type: "hold_returned", data: {} }, 3000).hold).toBe("returned");
});

it("adds money in whole cents", () => {
  expect(order.total).toBe(50); // 3 * 0.10 + 0.20, which is 0.5000000000000001 in floats
  expect(totalOf([{ quantity: 99, price: 1_000_000_000_000 }])).toBe(99_000_000_000_000);
});

it("obliges us to tell the catalog what a change means for the stock", () => {
  const paid = transition(order, events.pay, 2000);
  const fulfilled: Order = { ...paid, status: "FULFILLED", hold: "confirmed" };
  const partly: OrderEvent = { type: "refunded", data: { payment_id, version: 3, refunded: 20 } };
  const types = (before: Order, event: OrderEvent) => commandsOf(before, event).map(({ type }) => type);
  expect(types(order, events.pay)).toEqual(["confirm"]);
  expect(types(order, events.cancel)).toEqual(["release"]);
  expect(types(order, events.expire)).toEqual(["release"]);
  expect(types(paid, events.refund)).toEqual(["return"]);
  expect(types(paid, partly)).toEqual([]);
  expect(types(fulfilled, events.refund)).toEqual([]);
  expect(types(paid, events.fulfil)).toEqual([]);
});

it("refunds what was paid for stock that is gone, and puts back no stock that it never got", () => {
  const paid = transition(order, events.pay, 2000);
  const gone: OrderEvent = { type: "stock_gone", data: { payment_id, reason: "insufficient-stock: too late" } };
  expect(commandsOf(paid, gone)).toEqual([{ type: "refund", order_id: "o1", payment_id, reason: "stock-gone" }]);
  const without = transition(paid, gone, 3000);
  expect(without).toMatchObject({ status: "PAID", hold: "released", reason: "insufficient-stock: too late" });
  expect(commandsOf(without, events.refund)).toEqual([]);
  expect(transition(without, events.refund, 4000)).toMatchObject({ status: "REFUNDED", hold: "released" });
});

it("refunds a payment that came too late or with another amount, whatever was noted of it before", () => {
  const note = { payment_id: "p1", version: 2, status: "SUCCEEDED", amount: 50, refunded: 0 };
  for (const [type, reason] of [
    ["payment_after_close", "late-payment"],
    ["payment_mismatch", "amount-mismatch"],
  ] as const) {
    const event: OrderEvent = { type, data: note };
    expect(commandsOf(order, event)).toEqual([{ type: "refund", order_id: "o1", payment_id: "p1", reason }]);
    const noted = transition(order, event, 2000);
    const again = commandsOf(noted, { type, data: { ...note, version: 3, refunded: 20 } });
    expect(again).toEqual(commandsOf(order, event));
    expect(commandsOf(order, { type, data: { ...note, refunded: 50 } })).toEqual([]);
  }
});

it.each<[string, Partial<Order>, boolean, string | undefined]>([
  ["unpaid", { status: "PENDING" }, true, undefined],
  ["paid, its hold not confirmed", { status: "PAID", payment_id }, false, "confirm"],
  ["paid and confirmed, but held", { status: "PAID", payment_id, hold: "confirmed" }, true, "confirm"],
  ["paid and confirmed", { status: "PAID", payment_id, hold: "confirmed" }, false, undefined],
  ["paid without stock", { status: "PAID", payment_id, hold: "released" }, false, "refund"],
  ["handed over, but held", { status: "FULFILLED", payment_id, hold: "confirmed" }, true, "confirm"],
  ["cancelled, its hold not released", { status: "CANCELLED", hold: "none" }, false, "release"],
  ["expired and released, but held", { status: "EXPIRED", hold: "released" }, true, "release"],
  ["refunded, its stock not returned", { status: "REFUNDED", payment_id, hold: "held" }, false, "return"],
  ["refunded after it was handed over", { status: "REFUNDED", payment_id, hold: "confirmed" }, false, undefined],
])("owes, when it is %s, what its state wants", (_, state, held, type) => {
  expect(commandOwed({ ...order, ...state }, held)?.type).toBe(type);
});

it("is what its events make of it, whatever happens in whatever order", () => {
  const random = generator(20_260_801);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const anyEvent = (now: Order): OrderEvent =>
    pick<OrderEvent>([
      ...Object.values(events),
      { type: "verified", data: { items: now.items.map((item) => ({ ...item, sku: "S" })), expires_at: 20_000 } },
      { type: "hold_extended", data: { expires_at: now.expires_at + 1000 } },
      { type: pick(["hold_confirmed", "hold_released", "hold_returned"]), data: {} },
      { type: "refunded", data: { payment_id, version: now.payment_version + 1, refunded: pick([10, 20, 50]) } },
      {
        type: pick(["payment_failed", "payment_mismatch", "payment_after_close"]),
        data: { payment_id: pick(["p1", "p2"]), version: pick([1, 2]), status: "FAILED", amount: 50, refunded: 0 },
      },
      { type: "stock_gone", data: { payment_id, reason: "insufficient-stock" } },
    ]);
  const reached = new Set<string>();
  for (let walk = 0; walk < 200; walk += 1) {
    const start = placed({ ...first.data, verification: pick(["verified", "pending"]) });
    const history: RecordedEvent[] = [{ order_id: "o1", seq: 1, event: start, at: 1000 }];
    let now = placedOrder("o1", start, 1000);
    for (let step = 0; step < 12; step += 1) {
      const event = anyEvent(now);
      try {
        now = transition(now, event, 1000 + step);
        history.push({ order_id: "o1", seq: now.seq, event, at: 1000 + step });
        reached.add(now.status);
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid-transition" });
      }
    }
    expect(fold(JSON.parse(JSON.stringify(history)))).toEqual(now);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
  }
  expect([...reached].sort()).toEqual([...statuses].sort());
});

it("makes nothing of a history without a beginning", () => {
  expect(fold([])).toBeUndefined();
  expect(fold([{ order_id: "o1", seq: 1, event: events.cancel, at: 1 }])).toBeUndefined();
});

/** mulberry32: the same numbers in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
