import { readFileSync } from "node:fs";
import { type Shop, startShop } from "../shop.ts";

/** A page of this project, by its path from the root. */
export const pageText = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** The shop as `make run` starts it: the development key and the sample products. */
export const startDocumentedShop = (): Promise<Shop> => startShop({ API_KEY: "secret-key-123", SEED_PRODUCTS: "true" });

/** The command with the ports that the pages name replaced by those that the shop listens on. */
export function atItsPorts(command: string, shop: Shop): string {
  const urls: Record<string, string> = {
    "8001": shop.cart.url,
    "8002": shop.catalog.url,
    "8003": shop.order.url,
    "8004": shop.payment.url,
  };
  return command.replaceAll(/http:\/\/localhost:(\d{4})/g, (whole, port) => urls[port] ?? whole);
}
