import { randomBytes } from "node:crypto";
import { type MinorUnits, Problem } from "@shop/platform";

export interface Product {
  readonly id: number;
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly price: MinorUnits;
  /** What is in the house; `reserved` of it is promised to orders. 0 <= reserved <= stock. */
  readonly stock: number;
  readonly reserved: number;
  readonly active: boolean;
  /** Counts edits. */
  readonly version: number;
  /** Counts changes of `stock` and `reserved`. */
  readonly stockSeq: number;
  readonly createdAt: number;
  /** The time of the last edit; stock has its movements. */
  readonly updatedAt: number;
}

/** What an edit may change. */
export type ProductEdit = Partial<Pick<Product, "sku" | "name" | "description" | "price" | "active">>;

/** One entry of the stock ledger. `orderId` when an order caused it. */
export interface StockMovement {
  readonly productId: number;
  readonly delta: number;
  readonly reason: string;
  readonly orderId: string | null;
}

export interface StoredMovement extends StockMovement {
  readonly id: number;
  readonly createdAt: number;
}

export const available = (product: Pick<Product, "stock" | "reserved">): number => product.stock - product.reserved;

/** A strong validator: every change of what a product shows moves one of its two counts. */
export const etagOf = (product: Pick<Product, "version" | "stockSeq">): string =>
  `"${product.version}.${product.stockSeq}"`;

/** Whether an `If-None-Match` header names this ETag (weak comparison, RFC 9110, section 13.1.2). */
export function matchesNone(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === "*" || listed(header).some((tag) => tag.replace(/^W\//, "") === etag);
}

/**
 * The versions that an `If-Match` header accepts, or "any" for `*`. Only the part before the point counts: an edit is
 * not stale because something was sold meanwhile. Throws 428 when there is no header.
 */
export function versionsIn(header: string | undefined): readonly number[] | "any" {
  if (header === undefined)
    throw new Problem(428, "precondition-required", "Send If-Match with the ETag of the product that you saw.");
  if (header.trim() === "*") return "any";
  return listed(header).flatMap((tag) => {
    const version = /^"(\d{1,15})\.\d{1,15}"$/.exec(tag)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

const listed = (header: string): string[] => header.split(",").map((tag) => tag.trim());

/** For a product whose maker gave none. 48 random bits: two alike would be refused by the unique index. */
export const madeSku = (): string => `P-${randomBytes(6).toString("hex").toUpperCase()}`;

export interface Shortage {
  readonly product_id: number;
  readonly requested: number;
  readonly available: number;
}

export const insufficientStock = (shortages: readonly Shortage[]): Problem =>
  new Problem(409, "insufficient-stock", "There is not enough in stock. Ask for at most what is available.", {
    shortages,
  });
