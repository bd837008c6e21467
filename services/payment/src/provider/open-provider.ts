import type { Logger, Peer } from "@shop/platform";
import { createHttpProvider } from "./http-provider.ts";
import { createLedger } from "./ledger.ts";
import { openLedger } from "./open-ledger.ts";
import { bounded, type Provider } from "./provider.ts";
import { declinesAbove, type ProviderConfig } from "./provider-service.ts";
import { createSimulator, type Simulate } from "./simulator.ts";

export interface OpenProviderConfig extends ProviderConfig {
  readonly PROVIDER_URL?: string;
  readonly DATA_DIR: string;
  readonly WRITE_QUEUE_LIMIT: number;
}

/** The provider at PROVIDER_URL, or else the simulated one in this process, with its ledger in the data folder. */
export async function openProvider(options: {
  config: OpenProviderConfig;
  log: Logger;
  peer: (name: string, url: string) => Peer;
  simulate: Simulate | undefined;
}): Promise<{ provider: Provider; close(): Promise<void> }> {
  const { config, log, peer, simulate } = options;
  if (config.PROVIDER_URL !== undefined)
    return { provider: bounded(createHttpProvider(peer("provider", config.PROVIDER_URL), log)), close: async () => {} };
  const database = await openLedger({ folder: config.DATA_DIR, queueLimit: config.WRITE_QUEUE_LIMIT, log });
  const behaviour = simulate ? { simulate } : {};
  const simulator = createSimulator({ ledger: createLedger(database), declines: declinesAbove(config), ...behaviour });
  return { provider: bounded(simulator), close: () => database.close() };
}
