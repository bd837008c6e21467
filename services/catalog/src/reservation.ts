import { type Currency, type MinorUnits, notFound, Problem } from "@shop/platform";
import { available, insufficientStock, type Product } from "./product.ts";

export type ReservationState = "HELD" | "CONFIRMED" | "RETURNED" | "RELEASED" | "EXPIRED";

export interface Item {
  readonly productId: number;
  readonly quantity: number;
  /** What the customer was shown: an assertion, the product's price is the authority. */
  readonly price: MinorUnits;
}

export interface Line extends Item {
  readonly sku: string;
  readonly name: string;
}

/** The stock of one order. A tombstone (released before it was ever held) has no lines. */
export interface Reservation {
  readonly orderId: string;
  readonly state: ReservationState;
  /** By product id, one a product. */
  readonly lines: readonly Line[];
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type Command =
  | { readonly type: "hold"; readonly orderId: string; readonly items: readonly Item[]; readonly ttlMs: number }
  | { readonly type: "confirm" | "release" | "return" | "expire"; readonly orderId: string };

/** A move to another state, and how many times each line's quantity is added to the product's stock and reserved. */
interface Move {
  readonly to: ReservationState;
  readonly stock: -1 | 0 | 1;
  readonly reserved: -1 | 0 | 1;
}

/** What a command does: the reservation afterwards, and the move that led there (none when nothing moved). */
export interface Step {
  readonly after: Reservation;
  readonly move?: Move;
}

/** Of a new reservation, or of an expired one that is asked for again. */
const holding: Move = { to: "HELD", stock: 0, reserved: 1 };

/** Every other move there is. "NONE": the order id is not known yet. */
const moves: Readonly<Record<Exclude<Command["type"], "hold">, Partial<Record<ReservationState | "NONE", Move>>>> = {
  confirm: {
    HELD: { to: "CONFIRMED", stock: -1, reserved: -1 },
    // Paid after its time: the stock is taken again, if there is any.
    EXPIRED: { to: "CONFIRMED", stock: -1, reserved: 0 },
  },
  release: {
    // A tombstone, so that a hold that was under way when its order died cannot come after.
    NONE: { to: "RELEASED", stock: 0, reserved: 0 },
    HELD: { to: "RELEASED", stock: 0, reserved: -1 },
    EXPIRED: { to: "RELEASED", stock: 0, reserved: 0 },
  },
  return: { CONFIRMED: { to: "RETURNED", stock: 1, reserved: 0 } },
  expire: { HELD: { to: "EXPIRED", stock: 0, reserved: -1 } },
};

/** Where each repeatable command leads; asking again when it is there already changes nothing. */
const goal = { confirm: "CONFIRMED", release: "RELEASED", return: "RETURNED" } as const;

const nextStates: Readonly<Record<ReservationState, readonly ReservationState[]>> = {
  HELD: ["CONFIRMED", "RELEASED", "EXPIRED"],
  CONFIRMED: ["RETURNED"],
  RETURNED: [],
  RELEASED: [],
  EXPIRED: ["HELD", "CONFIRMED", "RELEASED"],
};

export interface Surroundings {
  readonly product: (id: number) => Product | undefined;
  readonly unit: Currency;
  readonly now: number;
}

/** Decides one command on the reservation as it is. Pure. Throws the Problem that refuses it. */
export function decide(command: Command, current: Reservation | undefined, around: Surroundings): Step {
  if (command.type === "hold") return hold(command, current, around);
  if (command.type === "expire") return expire(command.orderId, current, around);
  const move = moves[command.type][current?.state ?? "NONE"];
  if (move) {
    const before = current ?? tombstone(command.orderId, around.now);
    if (takesStock(move)) requireStock(before.lines, around);
    return { after: { ...before, state: move.to, updatedAt: around.now }, move };
  }
  if (!current) throw notFound("reservation");
  if (current.state === goal[command.type]) return { after: current };
  throw new Problem(409, "invalid-transition", `A reservation that is ${current.state} takes no ${command.type}.`, {
    state: current.state,
    allowed: nextStates[current.state],
  });
}

type Hold = Extract<Command, { type: "hold" }>;

function hold({ orderId, items, ttlMs }: Hold, current: Reservation | undefined, around: Surroundings): Step {
  const { now } = around;
  const wanted = merged(items);
  if (current) requireSame(current, wanted);
  if (current?.state === "CONFIRMED") return { after: current };
  const expiresAt = Math.max(now + ttlMs, current?.state === "HELD" ? current.expiresAt : 0);
  if (current?.state === "HELD") return { after: { ...current, expiresAt, updatedAt: now } };
  // An expired one has its lines already, but they must still be for sale at that price.
  const lines = priced(wanted, around);
  requireStock(lines, around);
  const before = current ?? { orderId, lines, createdAt: now };
  return { after: { ...before, state: "HELD", expiresAt, updatedAt: now }, move: holding };
}

/** Only what is held and past its time expires; anything else was decided meanwhile and stays. */
function expire(orderId: string, current: Reservation | undefined, { now }: Surroundings): Step {
  if (!current) throw notFound(`reservation ${orderId}`);
  const move = current.expiresAt <= now ? moves.expire[current.state] : undefined;
  return move ? { after: { ...current, state: move.to, updatedAt: now }, move } : { after: current };
}

const tombstone = (orderId: string, now: number): Reservation => ({
  orderId,
  state: "RELEASED",
  lines: [],
  expiresAt: now,
  createdAt: now,
  updatedAt: now,
});

/** Whether a move leaves less available than before. */
const takesStock = (move: Move): boolean => move.stock < move.reserved;

/** The same product twice is one line with the sum; at two prices it stays two, and one of them is wrong. */
export function merged(items: readonly Item[]): Item[] {
  const byKey = new Map<string, Item>();
  for (const item of items) {
    const key = `${item.productId} ${item.price}`;
    byKey.set(key, { ...item, quantity: item.quantity + (byKey.get(key)?.quantity ?? 0) });
  }
  return [...byKey.values()].sort((a, b) => a.productId - b.productId);
}

function requireSame(current: Reservation, wanted: readonly Item[]): void {
  const alive = current.state === "HELD" || current.state === "CONFIRMED" || current.state === "EXPIRED";
  const same =
    wanted.length === current.lines.length &&
    wanted.every((item, index) => {
      const line = current.lines[index];
      return line?.productId === item.productId && line.quantity === item.quantity && line.price === item.price;
    });
  if (alive && same) return;
  const why = alive ? "was made for other items" : `is ${current.state}`;
  throw new Problem(409, "reservation-conflict", `The reservation of this order ${why}. Use another order id.`, {
    state: current.state,
  });
}

/** The items with what the products say of them. Refuses unknown and inactive products, and prices that have moved. */
function priced(wanted: readonly Item[], { product, unit }: Surroundings): Line[] {
  const unknown = wanted.filter((item) => !product(item.productId));
  if (unknown.length > 0)
    throw new Problem(422, "unknown-product", "The catalog has no such product.", { product_ids: idsOf(unknown) });
  const found = wanted.flatMap((item) => {
    const known = product(item.productId);
    return known ? [{ item, product: known }] : [];
  });
  const inactive = found.filter((entry) => !entry.product.active).map((entry) => entry.item);
  if (inactive.length > 0)
    throw new Problem(409, "inactive-product", "A product is not for sale any more.", { product_ids: idsOf(inactive) });
  const prices = found
    .filter((entry) => entry.item.price !== entry.product.price)
    .map((entry) => ({
      product_id: entry.item.productId,
      given: unit.toWire(entry.item.price),
      current: unit.toWire(entry.product.price),
    }));
  if (prices.length > 0)
    throw new Problem(409, "price-changed", "A price has changed. Ask again with the current one.", { prices });
  return found.map((entry) => ({ ...entry.item, sku: entry.product.sku, name: entry.product.name }));
}

const idsOf = (items: readonly Item[]): number[] => [...new Set(items.map((item) => item.productId))];

/** Refuses when a line asks for more than is available, naming all that do. */
function requireStock(lines: readonly Line[], { product }: Surroundings): void {
  const shortages = lines.flatMap((line) => {
    const found = product(line.productId);
    const there = found ? available(found) : 0;
    return there < line.quantity ? [{ product_id: line.productId, requested: line.quantity, available: there }] : [];
  });
  if (shortages.length > 0) throw insufficientStock(shortages);
}
