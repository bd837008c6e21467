import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { cartService } from "@shop/cart";
import { catalogService } from "@shop/catalog";
import { orderService } from "@shop/order";
import { paymentService } from "@shop/payment";
import { startTestService, type TestService, temporaryFolder } from "@shop/platform/testing";

export interface Shop {
  readonly catalog: TestService;
  readonly cart: TestService;
  readonly order: TestService;
  readonly payment: TestService;
  /** Holds the four databases. Give it to the next `startShop` as DATA_DIR to see a restart. */
  readonly dataDir: string;
  /** Starts a service that was stopped again, at the same address and on the same data. */
  again(name: ShopService): Promise<void>;
  /** Stops the callers before those they call. */
  stop(): Promise<void>;
}
export type ShopService = "catalog" | "cart" | "order" | "payment";

/** Starts the four services in this process, each on a free port and told where its peers are. `env` goes to all four. */
export async function startShop(env: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const dataDir = env.DATA_DIR ?? temporaryFolder();
  const all = { ...env, DATA_DIR: dataDir };
  const running = new Map<ShopService, TestService>();
  const services = {} as Record<ShopService, TestService>;
  const restarts = new Map<ShopService, () => Promise<TestService>>();
  const started = async (name: ShopService, start: (port: string) => Promise<TestService>): Promise<TestService> => {
    const service = await start("0");
    running.set(name, service);
    restarts.set(name, () => start(String(service.port)));
    return service;
  };
  const door = await openDoor();
  const stop = async () => {
    for (const service of [...running.values()].reverse()) await service.stop();
    door.close();
  };
  const again = async (name: ShopService) => {
    const service = await restarts.get(name)?.();
    if (!service) return;
    running.set(name, service);
    services[name] = service;
  };
  try {
    const catalog = await started("catalog", (PORT) => startTestService(catalogService, { ...all, PORT }));
    const peers = { ...all, CATALOG_URL: catalog.url };
    const order = await started("order", (PORT) =>
      startTestService(orderService, { ...peers, PAYMENT_URL: door.url, PORT }),
    );
    const payment = await started("payment", (PORT) =>
      startTestService(paymentService, { ...all, ORDER_URL: order.url, PORT }),
    );
    door.leadTo(payment.port);
    const cart = await started("cart", (PORT) =>
      startTestService(cartService, { ...peers, ORDER_URL: order.url, PORT }),
    );
    return Object.assign(services, { catalog, cart, order, payment, dataDir, again, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An address to be told to others before the service behind it has a port of its own: passes bytes both ways. */
async function openDoor() {
  let port: number | undefined;
  const server = createServer((from) => {
    if (port === undefined) return void from.destroy();
    const to = connect(port, "127.0.0.1");
    from.pipe(to).pipe(from);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const)
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo(behind: number): void {
      port = behind;
    },
    close: () => void server.close(),
  };
}
