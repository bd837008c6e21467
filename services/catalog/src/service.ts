import { createCountGauge, currency, type Parts, type ServiceDefinition } from "@shop/platform";
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
import { catalogSweeps } from "./sweeps.ts";

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

  const counts = createCountGauge({
    metrics,
    name: "reservations",
    help: "Reservations by state",
    label: "state",
    kinds: reservationStates,
    count: store.reservations.countByState,
  });
  return {
    routes: catalogRoutes({ store, views, management, reservations, unit }),
    sweeps: catalogSweeps({ store, reservations, stockChanged: views.changed, delayS: config.SWEEP_DELAY_S }),
    stats: async () => ({ reservations: await counts() }),
  };
}
