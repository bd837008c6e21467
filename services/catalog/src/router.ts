import type { Route } from "@shop/platform";
import { productRoutes } from "./product-routes.ts";
import { reservationRoutes } from "./reservation-routes.ts";

/** All that this service answers. */
export const catalogRoutes = (
  deps: Parameters<typeof productRoutes>[0] & Parameters<typeof reservationRoutes>[0],
): Route[] => [...productRoutes(deps), ...reservationRoutes(deps)];
