import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { cartService } from "@shop/cart";
import { catalogService } from "@shop/catalog";
import { orderService } from "@shop/order";
import { paymentService } from "@shop/payment";
import { type HeldPort, holdPort, startTestService, type TestService, temporaryFolder } from "@shop/platform/testing";

export interface Shop {
  readonly catalog: TestService;
  readonly cart: TestService;
  readonly order: TestService;
  readonly payment: TestService;
  /** Holds the four databases. Give it to the next `startShop` as DATA_DIR to see a restart. */
  readonly dataDir: string;
  /** Stops the callers before those they call. */
  stop(): Promise<void>;
}

/**
 * Starts the four services in this process, each on a port of its own and told where its peers are. The ports are held
 * until `stop`: a service that a test stops is away, and may come back to its port. `env` goes to all four.
 */
export async function startShop(env: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const dataDir = env.DATA_DIR ?? temporaryFolder();
  const all = { ...env, DATA_DIR: dataDir };
  const running: TestService[] = [];
  const held: HeldPort[] = [];
  const atItsPort = async () => {
    const one = await holdPort();
    held.push(one);
    return { PORT: String(one.port) };
  };
  const started = async (starting: Promise<TestService>): Promise<TestService> => {
    const service = await starting;
    running.unshift(service);
    return service;
  };
  const door = await openDoor();
  const stop = async () => {
    for (const service of running) await service.stop();
    door.close();
    for (const { letGo } of held) letGo();
  };
  try {
    const catalog = await started(startTestService(catalogService, { ...all, ...(await atItsPort()) }));
    const peers = { ...all, CATALOG_URL: catalog.url };
    const order = await started(
      startTestService(orderService, { ...peers, ...(await atItsPort()), PAYMENT_URL: door.url }),
    );
    const payment = await started(
      startTestService(paymentService, { ...all, ...(await atItsPort()), ORDER_URL: order.url }),
    );
    door.leadTo(payment.port);
    const cart = await started(
      startTestService(cartService, { ...peers, ...(await atItsPort()), ORDER_URL: order.url }),
    );
    return { catalog, cart, order, payment, dataDir, stop };
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
