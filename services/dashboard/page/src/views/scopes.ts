/** The scope that a key needs for each part of the page: without it the part is neither offered nor shown. */
export const viewScopes = {
  shop: "catalog:read",
  cart: "carts",
  orders: "orders:read",
  products: "catalog:read",
  newProduct: "catalog:write",
  operations: "ops:read",
} as const;
