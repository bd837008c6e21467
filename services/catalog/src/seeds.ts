import type { Currency } from "@shop/platform";
import type { CatalogStore } from "./catalog-store.ts";

const samples = [
  { sku: "LAPTOP-14", name: "Laptop", price: 999.99, description: "A light 14-inch laptop for work and travel" },
  { sku: "PHONE-6", name: "Smartphone", price: 699.99, description: "A 6-inch smartphone with a good camera" },
  { sku: "HEADPHONES-1", name: "Headphones", price: 199.99, description: "Wireless over-ear headphones" },
];

/** Three products to try the shop with, 1,000 of each, when there is none at all. */
export async function seed(store: CatalogStore, unit: Currency): Promise<void> {
  await store.inTransaction(async ({ products }) => {
    if (!(await products.isEmpty())) return;
    for (const { price, ...sample } of samples) {
      const minor = unit.fromWire(price) ?? Math.round(price) * 10 ** unit.exponent;
      await products.insert({ ...sample, price: minor, stock: 1000, active: true }, Date.now());
    }
  });
}
