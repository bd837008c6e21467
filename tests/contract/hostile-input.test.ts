import { createHash } from "node:crypto";
import { join } from "node:path";
import { type TestAnswer, type TestService, testKey } from "@shop/platform/testing";
import { Ajv2020 } from "ajv/dist/2020.js";
import sqlite3 from "sqlite3";
import { type Shop, startShop } from "../shop.ts";
import { type Example, examples } from "./examples.ts";
import { pathsIn, replaced, uncleanTexts, wrongValues } from "./hostile-values.ts";

// Every field of every route in turn takes what it must not: the answer is 4xx with a pointer to it, never 5xx, and
// nothing is written. What the documented schema allows (a script as a product's name is text) is left out.

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({ API_KEY: testKey, SEED_PRODUCTS: "true" });
});
afterAll(() => shop.stop());

const databases = { catalog: "products", cart: "carts", order: "orders", payment: "payments" } as const;
type Name = keyof typeof databases;
const names = Object.keys(databases) as Name[];

test.each(names)("%s: there is an example for every route that takes input", (name) => {
  const taking = shop[name].routes.filter(
    (route) => route.params || route.query || route.body || route.method === "POST",
  );
  expect(Object.keys(examples[name] ?? {}).sort()).toEqual(
    taking.map((route) => `${route.method} ${route.path}`).sort(),
  );
});

const cases = names.flatMap((name) => Object.keys(examples[name] ?? {}).map((key) => [name, key] as const));

/** They tell repetitions by an id of their own, or join what is under way. */
const keyless = new Set(["POST /orders/:order_id/payment", "POST /orders/payments", "POST /admin/backup"]);

describe.each(cases)("%s %s", (name, key) => {
  const example = examples[name]?.[key] as Example;
  const [method = "", template = ""] = key.split(" ");
  const send = (input: Example, options = {}) => sendTo(shop[name], method, template, input, options);

  test("wrong values", async () => {
    const before = await contents(name);
    const faults: string[] = [];
    for (const attempt of await attempts(shop[name], method, template, example)) {
      const answer = await send(attempt.input);
      const fault = faultOf(answer, attempt.pointer);
      if (fault) faults.push(`${attempt.pointer} = ${JSON.stringify(attempt.value)?.slice(0, 40)}: ${fault}`);
    }
    expect(faults).toEqual([]);
    expect(await contents(name)).toBe(before);
  });

  test("unknown and doubled parameters", async () => {
    const before = await contents(name);
    expect(
      faultOf(await send({ ...example, query: { ...example.query, surprise: 1 } }), "/query/surprise"),
    ).toBeUndefined();
    for (const parameter of Object.keys(example.query ?? {})) {
      const doubled = await send(example, { suffix: `&${parameter}=${example.query?.[parameter]}` });
      expect(faultOf(doubled, `/query/${parameter}`)).toBeUndefined();
    }
    expect(await contents(name)).toBe(before);
  });

  if (method === "POST" && !keyless.has(key))
    test("keys of the wrong form; a right one does not make wrong input right", async () => {
      const before = await contents(name);
      for (const idempotencyKey of ["", "a b", "\u00e9", "x".repeat(256)])
        expect(
          faultOf(await send(example, { headers: { "Idempotency-Key": idempotencyKey } }), "/header/Idempotency-Key"),
        ).toBeUndefined();
      const surprise = { ...example, query: { ...example.query, surprise: 1 } };
      expect(faultOf(await send(surprise, { headers: { "Idempotency-Key": "k" } }), "/query/surprise")).toBeUndefined();
      expect(await contents(name)).toBe(before);
    });

  if (example.body !== undefined)
    test("bodies that cannot be read", async () => {
      const before = await contents(name);
      const json = JSON.stringify(example.body);
      const type = { "Content-Type": "text/plain" };
      expect(await send(example, { raw: json.slice(0, -1) })).toMatchObject({
        status: 400,
        body: { code: "malformed-json" },
      });
      expect(await send(example, { raw: " " })).toMatchObject({ status: 400, body: { code: "malformed-json" } });
      expect(await send(example, { raw: json, headers: type })).toMatchObject({ status: 415 });
      expect(await send(example, { raw: `${json}${" ".repeat(300_000)}` })).toMatchObject({ status: 413 });
      expect(await contents(name)).toBe(before);
    });
});

interface Attempt {
  readonly pointer: string;
  readonly value: unknown;
  readonly input: Example;
}

/** Every wrong value in every place of the example, but those which the route's own documentation allows there. */
async function attempts(service: TestService, method: string, template: string, example: Example): Promise<Attempt[]> {
  const { body: document } = await service.call("GET", "/openapi.json", { key: null });
  const operation = document.paths[template.replaceAll(/:(\w+)/g, "{$1}")][method.toLowerCase()];
  const ajv = new Ajv2020({ strict: false, validateFormats: false, coerceTypes: true });
  const exact = new Ajv2020({ strict: false, validateFormats: false });
  const made: Attempt[] = [];

  for (const part of ["params", "query"] as const)
    for (const field of Object.keys(example[part] ?? {})) {
      const { schema } = operation.parameters.find((parameter: { name: string }) => parameter.name === field);
      // An empty path segment is another path.
      const texts = wrongValues
        .filter((value) => typeof value !== "object" && !(part === "params" && value === ""))
        .map(String);
      for (const value of [...texts.filter((text) => !ajv.validate(schema, text)), ...uncleanTexts.slice(0, 2)]) {
        const place = part === "params" ? "path" : "query";
        made.push({
          pointer: `/${place}/${field}`,
          value,
          input: { ...example, [part]: { ...example[part], [field]: value } },
        });
      }
    }

  if (example.body === undefined) return made;
  const bodySchema = operation.requestBody.content["application/json"].schema;
  for (const path of pathsIn(example.body)) {
    const pointer = ["/body", ...path].join("/");
    if (example.open?.some((place) => pointer.startsWith(place))) continue;
    for (const value of [...wrongValues, ...uncleanTexts]) {
      const body = replaced(example.body, path, value);
      const unclean = uncleanTexts.includes(value as string);
      if (unclean || !exact.validate(bodySchema, body)) made.push({ pointer, value, input: { ...example, body } });
    }
    if (example.open?.includes(`${pointer}/surprise`)) continue;
    const inner = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], example.body);
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner))
      made.push({
        pointer: `${pointer}/surprise`,
        value: "unknown field",
        input: { ...example, body: replaced(example.body, path, { ...inner, surprise: 1 }) },
      });
  }
  return made;
}

/** Why an answer is not the refusal it should be; undefined when it is. */
function faultOf({ status, body, headers }: TestAnswer, pointer: string): string | undefined {
  if (status < 400 || status >= 500) return `answered ${status} ${JSON.stringify(body)}`;
  if (!headers.get("content-type")?.startsWith("application/problem+json")) return "is not problem+json";
  if (status === 404 && /^.(path|query.order_id)\b/.test(pointer)) return undefined; // an id that cannot exist
  if (status !== 422) return `answered ${status} ${body.code}`;
  const pointers: string[] = (body.errors ?? []).map((error: { pointer: string }) => error.pointer);
  const points = pointers.some((given) => given.startsWith(pointer) || pointer.startsWith(given));
  return points ? undefined : `points to ${pointers}`;
}

function sendTo(
  service: TestService,
  method: string,
  template: string,
  input: Example,
  { suffix = "", ...options } = {},
) {
  const path = template.replaceAll(/:(\w+)/g, (_all, name: string) => encodeSafely(String(input.params?.[name])));
  const query = Object.entries(input.query ?? {}).map(([name, value]) => `${name}=${encodeSafely(String(value))}`);
  const body = input.body === undefined ? {} : { body: input.body };
  return service.call(method, `${path}?${query.join("&")}${suffix}`, { ...body, ...options });
}

/** Like encodeURIComponent; a lone surrogate, which it cannot encode, goes as the bytes of no character. */
const encodeSafely = (text: string): string => (text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80");

/** A digest of all rows of a service's database, read beside the running service. */
async function contents(name: Name): Promise<string> {
  const file = join(shop[name].dataDir, `${databases[name]}.db`);
  const database = new sqlite3.Database(file, sqlite3.OPEN_READONLY);
  const all = (sql: string) =>
    new Promise<Record<string, string>[]>((resolve, reject) =>
      database.all(sql, (error, rows) => (error ? reject(error) : resolve(rows as Record<string, string>[]))),
    );
  const tables = await all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  const digest = createHash("sha256");
  for (const { name: table } of tables) digest.update(JSON.stringify(await all(`SELECT * FROM "${table}"`)));
  await new Promise((closed) => database.close(closed));
  return digest.digest("hex");
}
