import {
  type Currency,
  createTogether,
  type MinorUnits,
  type Peer,
  PeerUnavailable,
  Problem,
  type RequestContext,
  type TogetherEntry,
} from "@shop/platform";
import joi from "joi";
import { nextCursor } from "./next-cursor.ts";

export interface HoldRequest {
  readonly order_id: string;
  readonly items: readonly { readonly product_id: number; readonly quantity: number; readonly price: MinorUnits }[];
  readonly ttl_s: number;
}

/** What the catalog calls the products of an order. */
export type ProductNames = ReadonlyMap<number, { readonly sku: string; readonly name: string }>;

interface HoldEntry extends TogetherEntry {
  readonly reservation?: { readonly lines: readonly { product_id: number; sku: string; name: string }[] };
}

interface Settled {
  readonly done: boolean;
  readonly state: string | undefined;
}

export type CatalogClient = ReturnType<typeof createCatalogClient>;

/** The catalog takes at most so many orders in one call. */
const ordersAtOnce = 64;
/** A line is at most 70 bytes of JSON: a call stays well below the 256 KiB that a service reads. */
const linesAtOnce = 2000;
const holdsAtOnce = 500;

/** The catalog's word on an order. A 5xx is trouble, and no answer. */
export const isRefusal = (error: unknown): error is Problem => error instanceof Problem && error.status < 500;

/** What this service asks of the catalog. All calls may be repeated under the same order without harm. */
export function createCatalogClient(peer: Peer, unit: Currency) {
  const lineSchema = joi.object({
    product_id: joi.number().integer().required(),
    sku: joi.string().required(),
    name: joi.string().required(),
    // Prices in another currency would be compared as if they were in ours.
    currency: joi.valid(unit.code).required(),
  });
  const reservation = joi.object({ lines: joi.array().items(lineSchema).required() });

  const holds = createTogether<HoldRequest, HoldEntry>({
    peer,
    operation: "hold-stock",
    path: "/reservations",
    key: "order_id",
    max: ordersAtOnce,
    concurrency: 2,
    gatherMs: 3,
    entry: joi.object({ reservation }).xor("reservation", "problem"),
    weight: { of: ({ items }) => items.length, max: linesAtOnce },
    bodyOf: (requests) => ({
      reservations: requests.map(({ order_id, items, ttl_s }) => ({
        order_id,
        items: items.map(({ product_id, quantity, price }) => ({ product_id, quantity, price: unit.toWire(price) })),
        ttl_s,
      })),
    }),
  });

  const confirms = createTogether<{ readonly order_id: string }, TogetherEntry>({
    peer,
    operation: "confirm-hold",
    path: "/reservations/confirm",
    key: "order_id",
    max: ordersAtOnce,
    concurrency: 1,
    // Nobody waits for it.
    gatherMs: 20,
    entry: joi.object({ state: joi.string() }).or("state", "problem"),
    bodyOf: (confirmed) => ({ order_ids: confirmed.map(({ order_id }) => order_id) }),
  });

  /** The state of the reservation afterwards; when the catalog refuses, why and the state that it has (none: unknown). */
  async function settle(context: RequestContext, order_id: string, how: "release" | "return"): Promise<Settled> {
    const operation = `${how}-hold`;
    const answer = await peer.call(context, {
      operation,
      method: "POST",
      path: `/reservations/${order_id}/${how}`,
      idempotent: true,
      answers: { 200: joi.object({ state: joi.string().required() }) },
    });
    const { state } = answer.body as { state?: string };
    if (answer.status === 200 || answer.status === 409) return { done: answer.status === 200, state };
    if (answer.status === 404) return { done: false, state: undefined };
    throw new PeerUnavailable(peer.name, operation, { reason: "garbage", detail: `${answer.status} unexpected` });
  }

  /** Tries one way to give stock back, then the other. */
  async function giveBack(context: RequestContext, order_id: string, ways: readonly ("release" | "return")[]) {
    let last: Settled | undefined;
    for (const way of ways) {
      last = await settle(context, order_id, way);
      if (last.done || last.state === "RELEASED" || last.state === "RETURNED") break;
    }
    if (last?.state === "RELEASED" || last?.state === "RETURNED") return last.state;
    throw new PeerUnavailable(peer.name, "give-back", { reason: "garbage", detail: `the hold is ${last?.state}` });
  }

  return {
    /**
     * Checks prices and takes the stock aside, or keeps it longer when it is held already. Throws PeerUnavailable, or a
     * Problem: `price-changed`, `insufficient-stock`, `inactive-product`, `unknown-product`, `reservation-conflict`.
     */
    async hold(context: RequestContext, request: HoldRequest): Promise<ProductNames> {
      const { reservation } = await holds.ask(context, request);
      const names = new Map(reservation?.lines.map(({ product_id, sku, name }) => [product_id, { sku, name }]));
      if (request.items.every(({ product_id }) => names.has(product_id))) return names;
      throw new PeerUnavailable(peer.name, "hold-stock", { reason: "garbage", detail: "a product without a line" });
    },
    /** Takes the held stock for good. Throws PeerUnavailable or a Problem, such as `insufficient-stock`. */
    async confirm(context: RequestContext, order_id: string): Promise<void> {
      await confirms.ask(context, { order_id });
    },
    /**
     * Gives up the hold, and bars one that is still on its way; stock that was taken is put back. Whatever the catalog
     * made of the hold, it ends RELEASED or RETURNED. Throws PeerUnavailable.
     */
    release: (context: RequestContext, order_id: string) => giveBack(context, order_id, ["release", "return"]),
    /** Puts stock that was taken back; what was only held is released. Ends like `release`. */
    return: (context: RequestContext, order_id: string) => giveBack(context, order_id, ["return", "release"]),

    /** A page of the orders for which stock has been held for longer than `olderThanS`, and where the next one begins. */
    async held(context: RequestContext, { olderThanS, cursor }: { olderThanS: number; cursor?: string | undefined }) {
      const operation = "list-holds";
      const query = `state=HELD&older_than_s=${olderThanS}&limit=${holdsAtOnce}${cursor ? `&cursor=${cursor}` : ""}`;
      const answer = await peer.call(context, {
        operation,
        method: "GET",
        path: `/reservations?${query}`,
        answers: { 200: joi.array().items(joi.object({ order_id: joi.string().required() })) },
      });
      if (answer.status !== 200)
        throw new PeerUnavailable(peer.name, operation, { reason: "garbage", detail: `${answer.status} unexpected` });
      const order_ids = (answer.body as { order_id: string }[]).map(({ order_id }) => order_id);
      return { order_ids, next: nextCursor(answer) };
    },
  };
}
