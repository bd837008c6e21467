import { readFileSync } from "node:fs";
import { type Shop, startShop } from "../shop.ts";

/** A page of this project, by its path from the root. */
export const pageText = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** The shop as `make run` starts it: the development key and the sample products. */
export const startDocumentedShop = (): Promise<Shop> => startShop({ API_KEY: "secret-key-123", SEED_PRODUCTS: "true" });

/** The command with the ports that the pages name replaced by those that the shop listens on. */
export function atItsPorts(command: string, { cart, catalog, order, payment }: Partial<Shop>): string {
  const urls: Record<string, string | undefined> = {
    "8001": cart?.url,
    "8002": catalog?.url,
    "8003": order?.url,
    "8004": payment?.url,
  };
  return command.replaceAll(/http:\/\/localhost:(\d{4})/g, (whole, port) => urls[port] ?? whole);
}
