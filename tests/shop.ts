import { cartService } from "@shop/cart";
import { catalogService } from "@shop/catalog";
import { orderService } from "@shop/order";
import { paymentService } from "@shop/payment";
import { type HeldPort, holdPort, startTestService, type TestService, temporaryFolder } from "@shop/platform/testing";

type Environment = Readonly<Record<string, string>>;

/** In the order in which they start: those that are called before their callers. */
const starters = {
  catalog: (env: Environment) => startTestService(catalogService, env),
  order: (env: Environment) => startTestService(orderService, env),
  payment: (env: Environment) => startTestService(paymentService, env),
  cart: (env: Environment) => startTestService(cartService, env),
};
export type ShopService = keyof typeof starters;
const names = Object.keys(starters) as ShopService[];

export interface Shop extends Readonly<Record<ShopService, TestService>> {
  /** Holds the four databases. Give it to the next `startShop` as DATA_DIR to see a restart. */
  readonly dataDir: string;
  /** Starts a service that was stopped again, at the same address and on the same data. */
  again(name: ShopService): Promise<void>;
  /** Stops the callers before those they call. */
  stop(): Promise<void>;
}

/**
 * Starts the four services in this process, each on a port of its own and told where its peers are. The ports are held
 * until `stop`: a service that a test stops is away, and may come back to its port. `env` goes to all four.
 */
export async function startShop(env: Environment = {}): Promise<Shop> {
  const dataDir = env.DATA_DIR ?? temporaryFolder();
  const running = new Map<ShopService, TestService>();
  const held = new Map<ShopService, HeldPort>();
  for (const name of names) held.set(name, await holdPort());
  const portOf = (name: ShopService) => String(held.get(name)?.port);
  const urls = Object.fromEntries(
    names.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${portOf(name)}`]),
  );

  const again = async (name: ShopService): Promise<void> => {
    const service = await starters[name]({ ...env, ...urls, DATA_DIR: dataDir, PORT: portOf(name) });
    running.set(name, service);
  };
  const stop = async (): Promise<void> => {
    for (const name of [...names].reverse()) await running.get(name)?.stop();
    for (const { letGo } of held.values()) letGo();
  };
  /** The one that runs now: after `again` it is another. */
  const current = (name: ShopService): TestService => {
    const service = running.get(name);
    if (!service) throw new Error(`The ${name} service was not started.`);
    return service;
  };

  try {
    for (const name of names) await again(name);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    get catalog() {
      return current("catalog");
    },
    get cart() {
      return current("cart");
    },
    get order() {
      return current("order");
    },
    get payment() {
      return current("payment");
    },
    dataDir,
    again,
    stop,
  };
}
