import { v7 } from "uuid";

/** A new id, a UUIDv7: its first 48 bits are the milliseconds since the epoch (RFC 9562, 5.7), so ids sort by age. */
export const newOrderId = (): string => v7();

/** When the id, and so the order, was made. */
export const createdAtOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The lowest id that an order made at this time can have. */
export function lowestIdAt(milliseconds: number): string {
  const hex = Math.max(0, Math.ceil(milliseconds)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
