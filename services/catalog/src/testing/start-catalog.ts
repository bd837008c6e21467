import type { Database } from "@shop/platform";
import { startTestService, type TestAnswer, type TestCall } from "@shop/platform/testing";
import { v7 } from "uuid";
import { catalogService } from "../service.ts";

export type TestCatalog = Awaited<ReturnType<typeof startCatalog>>;

/** The catalog on a free port and an empty database. Every success it answers is checked against its route's schema. */
export async function startCatalog(env: Readonly<Record<string, string>> = {}) {
  let database: Database | undefined;
  const service = await startTestService(
    {
      ...catalogService,
      wire(parts) {
        database = parts.database;
        return catalogService.wire(parts);
      },
    },
    env,
  );

  async function call(method: string, path: string, options?: TestCall): Promise<TestAnswer> {
    const answer = await service.call(method, path, options);
    if (answer.status < 300) {
      const [plain = ""] = path.split("?");
      const found = service.routes.find((each) => each.method === method && patternOf(each.path).test(plain));
      const checked = found?.answers[answer.status]?.validate(answer.body, { convert: false });
      if (!checked || checked.error)
        throw new Error(`${method} ${path}: ${checked?.error?.message ?? "no such answer"}`);
    }
    return answer;
  }

  const patternOf = (path: string) => new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`);

  async function rows<Row>(sql: string): Promise<Row[]> {
    const found: unknown = await database?.read.raw(sql);
    return found as Row[];
  }

  return {
    ...service,
    call,
    /** Reads the database as it was last committed. */
    rows,
    /** Writes behind the service's back: what time, or damage, would have done. */
    tamper: async (sql: string): Promise<void> => database?.write((trx) => trx.raw(sql)),
    /** Runs every sweep now; what each found. */
    async reconcile(): Promise<Record<string, { found: number; mended: number; notes?: string[]; error?: string }>> {
      const { body } = await call("POST", "/admin/reconcile");
      return Object.fromEntries(body.passes.map(({ name, ...pass }: { name: string }) => [name, pass]));
    },
    /** A new product of 10.00 with this stock, unless told otherwise. */
    async product(fields: Record<string, unknown> = {}): Promise<{ id: number; etag: string }> {
      const answer = await call("POST", "/products", { body: { name: "Lamp", price: 10, stock: 10, ...fields } });
      if (answer.status !== 201) throw new Error(`no product was made: ${answer.text}`);
      return { id: answer.body.id, etag: answer.headers.get("etag") ?? "" };
    },
    /** Holds `quantity` of one product of 10.00 for a new order, unless told otherwise. */
    hold(productId: number, quantity = 1, orderId: string = v7(), price = 10): Promise<TestAnswer> {
      const items = [{ product_id: productId, quantity, price }];
      return call("PUT", `/reservations/${orderId}`, { body: { items, ttl_s: 600 } });
    },
    move: (orderId: string, how: "confirm" | "release" | "return"): Promise<TestAnswer> =>
      call("POST", `/reservations/${orderId}/${how}`),
    async stockOf(productId: number): Promise<{ stock: number; reserved: number; available: number }> {
      const { stock, reserved, available } = (await call("GET", `/products/${productId}`)).body;
      return { stock, reserved, available };
    },
  };
}

/** Products whose counts are not what the holds and movements add up to. Empty, always. */
export const broken = (catalog: Pick<TestCatalog, "rows">): Promise<unknown[]> =>
  catalog.rows(`
    SELECT * FROM (
      SELECT id, stock, reserved,
        (SELECT coalesce(sum(quantity), 0) FROM reservation_lines JOIN reservations USING (order_id)
         WHERE product_id = products.id AND state = 'HELD') AS held,
        (SELECT coalesce(sum(delta), 0) FROM stock_movements WHERE product_id = products.id) AS moved
      FROM products)
    WHERE reserved <> held OR stock <> moved OR reserved < 0 OR reserved > stock`);
