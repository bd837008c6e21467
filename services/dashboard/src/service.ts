import { fileURLToPath } from "node:url";
import { type FrontDefinition, notFound } from "@shop/platform";
import { type DashboardConfig, dashboardConfig } from "./config.ts";
import { createDoor } from "./door.ts";
import { pageFiles } from "./page-files.ts";
import { rateLimit } from "./rate-limit.ts";
import { allowed } from "./routes.ts";
import { securityHeaders } from "./security-headers.ts";

/** The same seen from the sources and from the bundle. */
const builtPage = fileURLToPath(new URL("../dist/page/", import.meta.url));

/** The web page, and the one door from it to the four APIs. */
export const createDashboardService = (page: string = builtPage): FrontDefinition<DashboardConfig> => ({
  name: "dashboard",
  port: 8080,
  config: dashboardConfig,
  wire({ config, metrics }) {
    const door = createDoor({
      urls: {
        catalog: config.CATALOG_URL,
        cart: config.CART_URL,
        order: config.ORDER_URL,
        payment: config.PAYMENT_URL,
      },
      allowed,
      bodyLimit: config.BODY_LIMIT_BYTES,
      metrics,
      limit: rateLimit(config.RATE_LIMIT_PER_S, config.TRUSTED_PROXIES),
    });
    const nothingElse = () => {
      throw notFound("path");
    };
    return { middleware: [securityHeaders, ...door.middleware, pageFiles(page), nothingElse], stop: door.close };
  },
});

export const dashboardService = createDashboardService();
export { allowed };
