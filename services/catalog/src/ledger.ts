import { type Currency, Problem } from "@shop/platform";
import type { Product, StockMovement } from "./product.ts";
import { type Command, decide, type Reservation, type ReservationState, type Step } from "./reservation.ts";

/** What the database says of all reservations and products that the commands touch. */
export interface Stored {
  readonly reservations: ReadonlyMap<string, Reservation>;
  readonly products: ReadonlyMap<number, Product>;
}

/** What is added to a product's counts. `version` is the edit that was seen: prices were checked against it. */
export interface StockChange {
  readonly productId: number;
  readonly stock: number;
  readonly reserved: number;
  readonly version: number;
}

/** All that a batch of commands writes. */
export interface Changes {
  readonly added: readonly Reservation[];
  readonly moved: readonly { readonly was: ReservationState; readonly reservation: Reservation }[];
  readonly stock: readonly StockChange[];
  readonly movements: readonly StockMovement[];
}

export interface Outcome {
  readonly reservation: Reservation;
  /** The order id was not known before. */
  readonly added: boolean;
}

/**
 * Settles commands one after another, each on what the ones before it left, and gathers what must be written.
 * A command that is refused changes nothing and does not concern the others. Pure.
 */
export function settle(
  commands: readonly Command[],
  stored: Stored,
  unit: Currency,
  now: number,
): { readonly outcomes: readonly (Outcome | Problem)[]; readonly changes: Changes } {
  const reservations = new Map(stored.reservations);
  const products = new Map(stored.products);
  const movements: StockMovement[] = [];
  const around = { product: (id: number) => products.get(id), unit, now };

  function apply(step: Step): void {
    reservations.set(step.after.orderId, step.after);
    const { after, move } = step;
    if (!move || (move.stock === 0 && move.reserved === 0)) return;
    for (const { productId, quantity } of after.lines) {
      const product = products.get(productId);
      if (!product) throw new Error(`product ${productId} of reservation ${after.orderId} was not read`);
      const stock = product.stock + move.stock * quantity;
      const reserved = product.reserved + move.reserved * quantity;
      products.set(productId, { ...product, stock, reserved });
      if (move.stock !== 0) {
        const reason = move.stock < 0 ? "sold" : "returned";
        movements.push({ productId, delta: move.stock * quantity, reason, orderId: after.orderId });
      }
    }
  }

  const outcomes = commands.map((command): Outcome | Problem => {
    const current = reservations.get(command.orderId);
    try {
      const step = decide(command, current, around);
      apply(step);
      return { reservation: step.after, added: current === undefined };
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  });
  return {
    outcomes,
    changes: { ...reservationChanges(stored, reservations), stock: stockChanges(stored, products), movements },
  };
}

function reservationChanges(stored: Stored, now: ReadonlyMap<string, Reservation>): Pick<Changes, "added" | "moved"> {
  const added: Reservation[] = [];
  const moved: { was: ReservationState; reservation: Reservation }[] = [];
  for (const reservation of now.values()) {
    const before = stored.reservations.get(reservation.orderId);
    if (!before) added.push(reservation);
    else if (before !== reservation) moved.push({ was: before.state, reservation });
  }
  return { added, moved };
}

function stockChanges(stored: Stored, now: ReadonlyMap<number, Product>): StockChange[] {
  const changes: StockChange[] = [];
  for (const product of now.values()) {
    const before = stored.products.get(product.id);
    if (!before || before === product) continue;
    const stock = product.stock - before.stock;
    const reserved = product.reserved - before.reserved;
    if (stock !== 0 || reserved !== 0)
      changes.push({ productId: product.id, stock, reserved, version: before.version });
  }
  return changes;
}
