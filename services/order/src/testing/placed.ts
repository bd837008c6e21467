import type { Placed } from "../order-events.ts";

/** The first event of a verified order of one product at 50.00 with its stock held, but for what a test says otherwise. */
export const placed = (data: Partial<Placed["data"]> = {}): Placed => ({
  type: "placed",
  data: {
    user_id: "user1",
    currency: "USD",
    items: [{ product_id: 1, sku: "A", name: "Apple", quantity: 1, price: 5000 }],
    verification: "verified",
    hold: "held",
    expires_at: 9_999_999_999_999,
    ...data,
  },
});
