import { createRandom } from "../chaos/random.ts";
import { createGoods, newName } from "./goods.ts";
import type { Answer, Watch } from "./persist.ts";
import { names, type Shop, startShop } from "./shop.ts";
import { type Row, table } from "./table.ts";

// Every POST that heeds Idempotency-Key, sent fifty times at once under one key by clients that repeat it until they have
// an answer, while the service is killed and comes back. Real processes of the build (`make test` builds first).

interface OpenApi {
  readonly paths: Record<string, { readonly post?: { operationId: string; parameters: { name: string }[] } }>;
}

const clients = 50;
/** Which moments the kills come at. Others are worth a look now and then. */
const seed = Number(process.env.KEYS_SEED ?? 40);
const random = createRandom(seed);

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.stop());

/** When the kill comes: with so many requests out, or so many answers begun ("in flight" is one), or soon after the first. */
function fateOf({ service, operation }: Row) {
  const own = random.fork(`${service} ${operation}`);
  const on = own.pick(["written", "answered", "ms after the first answer"] as const);
  return on === "ms after the first answer" ? { on, count: own.int(0, 15) } : { on, count: own.int(1, clients) };
}

/** Calls `strike` when it is time; `killed` ends with it. */
function killer({ on, count }: ReturnType<typeof fateOf>, strike: () => Promise<void>) {
  let seen = 0;
  let struck: (killed: Promise<void>) => void = () => {};
  const killed = new Promise<void>((resolve) => {
    struck = resolve;
  });
  const watch: Watch = (what) => {
    if (what !== (on === "written" ? "written" : "answered")) return;
    seen += 1;
    if (on === "ms after the first answer") {
      if (seen === 1) setTimeout(() => struck(strike()), count);
    } else if (seen === count) struck(strike());
  };
  return { watch, killed };
}

const told = ({ status, text }: Answer) => `${status} ${text}`;

describe(`fifty at once under one key, and a kill (KEYS_SEED=${seed})`, () => {
  test.each(table.map((row) => ({ ...row, fate: fateOf(row) })))(
    "$service: $operation, killed at $fate.count $fate.on",
    async ({ service, status, prepare, fate }) => {
      const key = newName();
      const { path, body, effect, one } = await prepare(createGoods(shop), shop, key);
      const ask = (watch?: Watch) => shop.ask(service, { path, body, key }, watch);
      const before = shop.kills(service);
      const { watch, killed } = killer(fate, () => shop.strike(service));

      const answers = await Promise.all(Array.from({ length: clients }, () => ask(watch)));
      await killed;
      const late = await ask();

      expect(shop.kills(service)).toBe(before + 1);
      expect(new Set([...answers, late].map(told))).toEqual(new Set([told(late)]));
      expect([late.status, late.replayed]).toEqual([status, true]);
      expect(await effect()).toEqual(one);
    },
  );
});

test("the table has every POST that is documented to heed a key", async () => {
  const documented = await Promise.all(
    names.map(async (service) => {
      const { paths }: OpenApi = await shop.get(service, "/openapi.json");
      return Object.values(paths).flatMap(({ post }) =>
        post?.parameters.some(({ name }) => name === "Idempotency-Key") ? [`${service} ${post.operationId}`] : [],
      );
    }),
  );
  const tried = table.map(({ service, operation }) => `${service} ${operation}`);
  expect(tried.sort()).toEqual(documented.flat().sort());
});
