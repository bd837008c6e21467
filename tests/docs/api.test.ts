import type { Shop } from "../shop.ts";
import { pageText, startDocumentedShop } from "./running-shop.ts";

/** What this test reads of an OpenAPI operation. */
interface Operation {
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly properties?: object } }> };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, { readonly schema: Shape }> }
  >;
}
interface Shape {
  readonly properties?: object;
  readonly items?: Shape;
}
type Name = "catalog" | "cart" | "order" | "payment";

const names: readonly Name[] = ["catalog", "cart", "order", "payment"];
const sections = new Map(
  pageText("docs/api.md")
    .split(/^## /m)
    .map((section) => [section.split(/[\n ]/, 1)[0]?.toLowerCase() ?? "", section]),
);
/** The rows of a section's tables of routes: method and path to the cells that follow. */
const rowsOf = (section: string) =>
  new Map(
    [...(sections.get(section) ?? "").matchAll(/^\| `([A-Z]+ \/[^`]*)` *\|(.*)\|$/gm)].map(
      ([, route = "", cells = ""]) => [route, cells.split("|").map((cell) => cell.trim())],
    ),
  );
/** Routes that every service has: open to all, or with a scope. */
const isOpen = ([, [scope]]: [string, string[]]): boolean => scope === "none";
const openEverywhere = new Map([...rowsOf("every")].filter(isOpen));
const keyedEverywhere = new Map([...rowsOf("every")].filter((row) => !isOpen(row)));
const codeIn = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

/** Problems that any route, or any POST, may answer with; the page names them once. So it does this header. */
const keyHeader = "Idempotency-Key";
const common = [
  "unauthorized",
  "forbidden",
  "overloaded",
  "database-unavailable",
  "invalid-request",
  "not-found",
  "idempotency-in-flight",
  "idempotency-key-reused",
];
const ofBodies = ["malformed-json", "payload-too-large", "unsupported-media-type"];

let shop: Shop;
beforeAll(async () => {
  shop = await startDocumentedShop();
});
afterAll(() => shop?.stop());

const documented = async (name: Name): Promise<Map<string, Operation>> => {
  const { body } = await shop[name].call("GET", "/openapi.json", { key: null });
  const paths: [string, Record<string, Operation>][] = Object.entries(body.paths);
  const operations = paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
  return new Map(operations);
};

describe.each(names)("%s", (name) => {
  test("the page names every route and no other", async () => {
    const routes = [...(await documented(name)).keys()];
    expect([...rowsOf(name).keys(), ...keyedEverywhere.keys()].sort()).toEqual(routes.sort());
  });

  test("each row has the route's scope, its inputs, its statuses and its own problems", async () => {
    const rows = new Map([...keyedEverywhere, ...rowsOf(name)]);
    for (const [route, operation] of await documented(name)) {
      const [scope, input, answers, problems] = rows.get(route) ?? [];
      expect([route, codeIn(scope)]).toEqual([route, codeIn(operation.description)]);
      expect([route, codeIn(input)]).toEqual([route, expect.arrayContaining(inputsOf(operation))]);
      expect([route, statusesOf(answers).sort()]).toEqual([route, successesOf(operation)]);
      expect([route, codeIn(problems).sort()]).toEqual([route, problemsOf(operation).sort()]);
    }
  });
});

/** Where the answers are that the page describes once, in a sentence such as ``Order: `{id, ...}` ``. */
const shapes: readonly (readonly [title: string, section: Name | "every", path: string])[] = [
  ["Product", "catalog", "/products/{product_id}"],
  ["Reservation", "catalog", "/reservations"],
  ["Cart", "cart", "/cart/{user_id}"],
  ["Order", "order", "/orders/{order_id}"],
  ["Payment", "payment", "/payments/{payment_id}"],
  ["Refund", "payment", "/payments/{payment_id}/refunds"],
  ["Webhook", "payment", "/webhooks"],
  ["Message", "order", "/outbox"],
  ["Backup", "every", "/admin/backups"],
];

test.each(shapes)("%s: the page names every field of the answer and no other", async (title, section, path) => {
  const shape = new RegExp(`\\b${title}: \`{(.+?)}\``).exec(sections.get(section) ?? "")?.[1] ?? "";
  const { schema } =
    (await documented(section === "every" ? "catalog" : section)).get(`GET ${path}`)?.responses["200"]?.content?.[
      "application/json"
    ] ?? {};
  const fields = Object.keys((schema?.items ?? schema)?.properties ?? {});
  expect(fieldsOf(shape).sort()).toEqual(fields.sort());
});

/** The outer names in `id, items: [{product_id, price}], total`. */
const fieldsOf = (shape: string): string[] => shape.replaceAll(/: \[{[^}]*}\]/g, "").split(", ");

test("the table of codes has every documented code with its status", async () => {
  const rows = [...(sections.get("problem") ?? "").matchAll(/^\| `([a-z-]+)` *\|([^|]+)\|/gm)];
  const listed = new Map(rows.map(([, code, status]) => [code, statusesOf(status)]));
  for (const name of names)
    for (const { responses } of (await documented(name)).values())
      for (const [status, { description }] of Object.entries(responses))
        for (const code of codeIn(description))
          expect([code, listed.get(code)]).toEqual([code, expect.arrayContaining([status])]);
});

test("every scope that a service asks for is in SECURITY.md, and can be granted by the chart", async () => {
  const operations = (await Promise.all(names.map(documented))).flatMap((all) => [...all.values()]);
  const asked = [...new Set(operations.flatMap(({ description }) => codeIn(description)))].sort();
  const table = [...pageText("SECURITY.md").matchAll(/^\| `([a-z:]+)` \|/gm)].map(([, scope]) => scope);
  expect(table.sort()).toEqual(asked);
  const [, granted = ""] = /\$scopes := list "\*" "(.*)" }}/.exec(pageText("helm/shop/templates/guards.yaml")) ?? [];
  expect(granted.split('" "')).toEqual(asked);
});

test("the open paths are open, and every service has them", async () => {
  const open = [...openEverywhere.keys()];
  expect(open.length).toBeGreaterThan(5);
  for (const name of names)
    for (const route of open) {
      const [method = "", path = ""] = route.split(" ");
      const answer = await shop[name].call(method, path, { key: null });
      expect([name, path, answer.status]).toEqual([name, path, 200]);
    }
});

/** The names in code in the first cell of each row of a section's table. */
const firstCells = (section: string): string[] =>
  [...(sections.get(section) ?? "").matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell]) => codeIn(cell));

test("the page names every metric and no other", async () => {
  const served = await Promise.all(names.map((name) => shop[name].call("GET", "/metrics", { key: null })));
  const published = new Set(
    served.flatMap(({ text }) => [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name)),
  );
  expect(firstCells("metrics").sort()).toEqual([...published].sort());
});

test("the page names every variable of the environment and no other", () => {
  const files = ["platform", "dashboard", ...names].map((name) => `services/${name}/src/config.ts`);
  const declared = [...files, "services/platform/src/outbox/webhook-secrets.ts"].flatMap((file) =>
    [...pageText(file).matchAll(/^ {2}readonly ([A-Z][A-Z_]+)\??:/gm)].map(([, name]) => name),
  );
  expect(firstCells("configuration").sort()).toEqual([...new Set(declared)].sort());
});

const statusesOf = (cell = ""): string[] => cell.match(/\b\d{3}\b/g) ?? [];

const successesOf = (operation: Operation): string[] =>
  Object.keys(operation.responses).filter((status) => Number(status) < 400);

function inputsOf(operation: Operation): string[] {
  const parameters = operation.parameters
    .filter((parameter) => parameter.in !== "path" && parameter.name !== keyHeader)
    .map(({ name }) => name);
  const body = operation.requestBody?.content["application/json"]?.schema.properties ?? {};
  return [...parameters, ...Object.keys(body)];
}

function problemsOf(operation: Operation): string[] {
  const codes = Object.values(operation.responses).flatMap(({ description }) => codeIn(description));
  return [...new Set(codes)].filter((code) => !common.includes(code) && !ofBodies.includes(code));
}
