import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FakePeer, startFakePeer, startTestFront, temporaryFolder } from "@shop/platform/testing";
import { createDashboardService } from "../service.ts";

/** A page of three files in the place of the built one, and a file beside it that nobody may get. */
export function smallPage(): string {
  const parent = temporaryFolder();
  const folder = join(parent, "page");
  mkdirSync(join(folder, "assets"), { recursive: true });
  writeFileSync(join(parent, "private.txt"), "private");
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Shop</title>");
  writeFileSync(join(folder, "assets/main-1a2b3c.js"), "console.log(1);");
  writeFileSync(join(folder, "assets/main-1a2b3c.js.br"), "compressed");
  return folder;
}

/** The dashboard before a fake of each service. */
export async function startDashboard(env: Readonly<Record<string, string>> = {}) {
  const names = ["catalog", "cart", "order", "payment"] as const;
  const fakes = await Promise.all(names.map(() => startFakePeer()));
  const [catalog, cart, order, payment] = fakes as [FakePeer, FakePeer, FakePeer, FakePeer];
  const urls = { CATALOG_URL: catalog.url, CART_URL: cart.url, ORDER_URL: order.url, PAYMENT_URL: payment.url };
  const dashboard = await startTestFront(createDashboardService(smallPage()), { ...urls, ...env });
  return {
    ...dashboard,
    peers: { catalog, cart, order, payment },
    async close(): Promise<void> {
      await dashboard.stop();
      await Promise.all(fakes.map((fake) => fake.close()));
    },
  };
}
export type Dashboard = Awaited<ReturnType<typeof startDashboard>>;
