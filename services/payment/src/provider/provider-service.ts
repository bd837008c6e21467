import { currency, currencyCode, type ServiceDefinition } from "@shop/platform";
import joi from "joi";
import { createLedger, ledgerMigrations } from "./ledger.ts";
import { bounded } from "./provider.ts";
import { providerRoutes } from "./provider-routes.ts";
import { createSimulator, type Simulate } from "./simulator.ts";

export interface ProviderConfig {
  readonly SHOP_CURRENCY: string;
  /** An amount as on the shop's wire: what is above it is declined. */
  readonly PAYMENT_DECLINE_ABOVE?: number;
}

const config = joi.object<ProviderConfig>({
  SHOP_CURRENCY: currencyCode(),
  PAYMENT_DECLINE_ABOVE: joi.number().min(0),
});

/** Which charges the simulated provider refuses by its configuration. */
export function declinesAbove({ SHOP_CURRENCY, PAYMENT_DECLINE_ABOVE }: ProviderConfig) {
  const unit = currency(SHOP_CURRENCY);
  const limit = PAYMENT_DECLINE_ABOVE ?? Number.POSITIVE_INFINITY;
  return ({ amount }: { amount: number }): boolean => unit.toWire(amount) > limit;
}

/** The simulated provider as a process of its own, with the same ledger, for a shop whose PROVIDER_URL names it. */
export function defineProviderService(simulate?: Simulate): ServiceDefinition<ProviderConfig> {
  return {
    name: "provider",
    port: 8005,
    databaseName: "provider",
    config,
    callers: { payment: ["provider"] },
    migrations: ledgerMigrations,
    wire({ config, database }) {
      const behaviour = simulate ? { simulate } : {};
      const ledger = createLedger(database);
      const simulator = createSimulator({ ledger, declines: declinesAbove(config), ...behaviour });
      return { routes: providerRoutes(bounded(simulator)) };
    },
  };
}

export const providerService = defineProviderService();
