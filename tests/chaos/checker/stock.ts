import { type Books, groupBy, sum } from "./books.ts";
import type { Findings } from "./violation.ts";

/** The time in which a hold whose order was never stored is given up, with the sweep that does it. */
const orphanMs = 75_000;

/** The catalog's arithmetic, and holds that belong to nobody. */
export function checkStock(books: Books, { expect }: Findings, endedAt: number): void {
  const movements = groupBy(books.movements, (row) => row.product_id);
  const lines = [...books.holdLines.values()].flat();
  const inState = (product: number, state: string): number =>
    sum(lines, (line) =>
      line.product_id === product && books.holds.get(line.order_id)?.state === state ? line.quantity : 0,
    );
  for (const { id, stock, reserved } of books.products) {
    const held = inState(id, "HELD");
    const confirmed = inState(id, "CONFIRMED");
    const moved = sum(movements.get(id), (row) => row.delta);
    const sold = -sum(movements.get(id), (row) => (row.order_id === null ? 0 : row.delta));
    const words = `product ${id}: stock ${stock}, reserved ${reserved}, held ${held}, moved ${moved}, sold ${sold}, confirmed ${confirmed}`;
    expect(0 <= reserved && reserved <= stock, "0 <= reserved <= stock", words);
    expect(reserved === held, "what is reserved is what is held", words);
    expect(stock === moved, "the stock is the sum of its movements", words);
    expect(sold === confirmed, "what was sold is what was confirmed", words);
  }
  const ofOrder = groupBy(
    books.movements.filter((row) => row.order_id !== null),
    (row) => row.order_id,
  );
  for (const [orderId, rows] of ofOrder) {
    const state = books.holds.get(orderId ?? "")?.state;
    const taken = -sum(rows, (row) => row.delta);
    const wanted = state === "CONFIRMED" ? sum(books.holdLines.get(orderId ?? ""), (line) => line.quantity) : 0;
    expect(taken === wanted, "an order takes its stock once", `${state}: took ${taken}, not ${wanted}`, orderId ?? "");
  }
  for (const { order_id, state, created_at } of books.holds.values()) {
    const orphan = state === "HELD" && !books.orders.has(order_id) && created_at < endedAt - orphanMs;
    expect(!orphan, "no stock is held for an order that never was", `held since ${created_at}`, order_id);
    const taken = state === "CONFIRMED" && !books.orders.has(order_id);
    expect(!taken, "no stock is taken for an order that never was", "CONFIRMED", order_id);
  }
}
