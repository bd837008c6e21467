import { currency, Gauge, type Parts, type ServiceDefinition } from "@shop/platform";
import { createCatalogStore } from "./catalog-store.ts";
import { type CatalogConfig, catalogConfig } from "./config.ts";
import { createProductManagement } from "./manage-products.ts";
import { migrations } from "./migrations.ts";
import { presentProduct } from "./product-schemas.ts";
import { createProductViews } from "./product-views.ts";
import { reservationStates } from "./reservation-schemas.ts";
import { catalogRoutes } from "./router.ts";
import { seed } from "./seeds.ts";
import { createReservations } from "./settle-reservations.ts";

export const catalogService: ServiceDefinition<CatalogConfig> = {
  name: "catalog",
  port: 8002,
  databaseName: "products",
  config: catalogConfig,
  callers: {
    cart: ["catalog:read"],
    order: ["catalog:read", "stock:reserve"],
  },
  migrations,
  wire,
};

async function wire({ config, database, metrics }: Parts<CatalogConfig>) {
  const unit = currency(config.SHOP_CURRENCY);
  const store = createCatalogStore(database);
  const views = createProductViews({ store, present: presentProduct(unit) });
  const management = createProductManagement(store, views.changed);
  const reservations = createReservations({ store, unit, stockChanged: views.changed });
  if (config.SEED_PRODUCTS) await seed(store, unit);

  new Gauge({
    name: "reservations",
    help: "Reservations by state",
    labelNames: ["state"] as const,
    registers: [metrics.registry],
    async collect() {
      const counts = await store.reservations.countByState();
      for (const state of reservationStates) this.set({ state }, counts[state] ?? 0);
    },
  });
  return {
    routes: catalogRoutes({ store, views, management, reservations, unit }),
    stats: async () => ({ reservations: await store.reservations.countByState() }),
  };
}
