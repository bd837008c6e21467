import { readdirSync } from "node:fs";
import { pageText } from "./docs/running-shop.ts";
import { alertsIn, exposedBy, type Selector, selectorsIn } from "./observability/rules.ts";
import { type Shop, startShop } from "./shop.ts";

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string }[];
}

const rules = pageText("helm/shop/files/alerts.yaml");
const dashboard: { panels: Panel[]; templating: { list: { name: string; query: string | { query: string } }[] } } =
  JSON.parse(pageText("helm/shop/files/dashboard.json"));
const alerts = alertsIn(rules);
const panels = dashboard.panels.filter(({ type }) => type !== "row");

describe("what the rules and the dashboard ask for", () => {
  const key = "secret-key-123";
  let shop: Shop;
  let exposed: ReturnType<typeof exposedBy>;

  beforeAll(async () => {
    shop = await startShop({ API_KEY: key, SEED_PRODUCTS: "true" });
    const services = [shop.catalog, shop.cart, shop.order, shop.payment];
    for (const { metrics } of services) metrics.collectProcess();
    const body = [{ product_id: 1, quantity: 1, price: 999.99 }];
    const order = await shop.order.call("POST", "/orders?user_id=ann", { key, body });
    await shop.payment.call("POST", `/pay?order_id=${order.body.id}&amount=999.99`, { key });
    // Without the catalog a cart is served all the same, which is a metric of its own.
    const catalog = await shop.catalog.call("GET", "/metrics", { key: null });
    await shop.catalog.stop();
    expect((await shop.cart.call("POST", "/cart/ann/add?product_id=1", { key })).status).toBe(200);
    const others = await Promise.all(
      services.slice(1).map((service) => service.call("GET", "/metrics", { key: null })),
    );
    exposed = exposedBy([catalog, ...others].map(({ text }) => text));
  });
  afterAll(() => shop?.stop());

  const ofDashboard = [
    ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.templating.list.flatMap(({ query }) => (typeof query === "string" ? [] : [query.query])),
  ];
  const recorded = [...rules.matchAll(/- record: (\S+)/g)].map(([, name]) => name);
  const asked = [
    ["alerts.yaml", [...rules.matchAll(/ expr: (\|\n(?: {10}.+\n)+|.+\n)/g)].map(([, expr = ""]) => expr)],
    ["dashboard.json", ofDashboard],
  ] as const;

  const isExposed = ({ metric, labels }: Selector): boolean => {
    if (metric === "up" || recorded.includes(metric)) return true;
    const series = exposed.get(metric);
    if (!series) return false;
    return labels.every(({ name, is }) => series.some((each) => name in each && (is ?? each[name]) === each[name]));
  };

  test.each(asked)("%s: is what the services expose, by its names and labels", (_file, expressions) => {
    const selectors = expressions.flatMap(selectorsIn);
    expect(selectors.length).toBeGreaterThan(30);
    expect(selectors.filter((selector) => !isExposed(selector))).toEqual([]);
  });

  test("nothing is asked of other applications, whose metrics have the same names", () => {
    for (const [, expressions] of asked)
      for (const { text } of expressions.flatMap(selectorsIn)) expect(text).toContain('app_kubernetes_io_name="shop"');
  });

  test("a name or a label that no service exposes would be noticed", () => {
    const wrong = ['orders_total{status="PAID"}', 'orders{state="PAID"}', 'orders{status="PAYED"}', "orders_total"];
    expect(wrong.flatMap(selectorsIn).filter(isExposed)).toEqual([]);
    expect(selectorsIn('sum by (status) (orders{status="PAID"}) > 0').filter(isExposed)).toHaveLength(1);
  });
});

describe("the alerts", () => {
  const page = pageText("docs/operations.md");
  const [, runbooks = ""] = page.split("\n## Alerts\n");
  const headings = [...runbooks.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  const cases = readdirSync(new URL("../helm/shop/tests/alerts", import.meta.url))
    .map((file) => pageText(`helm/shop/tests/alerts/${file}`))
    .join("\n");

  test("each has a runbook, and each runbook an alert", () => {
    expect(headings).toEqual(alerts.map(({ name }) => name));
  });

  test("the runbooks name rows and panels that the dashboard has", () => {
    const emphasized = [...runbooks.matchAll(/(?<!\*)\*([A-Z][^*]+)\*(?!\*)/g)].map(([, words = ""]) => words);
    const named = emphasized.filter((words) => !/^(Look|Do)\b/.test(words));
    expect(named.length).toBeGreaterThan(10);
    expect(dashboard.panels.map(({ title }) => title)).toEqual(expect.arrayContaining(named));
  });

  test.each(alerts)("$name says what is wrong, how bad it is and where to read on", (alert) => {
    expect(alert).toEqual({
      name: expect.stringMatching(/^Shop[A-Z]/),
      severity: expect.stringMatching(/^(critical|warning)$/),
      summary: expect.stringMatching(/\w/),
      description: expect.stringMatching(/\.$/),
      runbook: `docs/operations.md#${alert.name.toLowerCase()}`,
    });
  });

  test.each(alerts)("$name has a case in which it fires and one in which it does not", ({ name }) => {
    const tested = cases.split(/(?=- (?:{ )?alertname: )/).filter((text) => text.includes(`alertname: ${name}`));
    expect(tested.some((text) => text.includes("- exp_labels:"))).toBe(true);
    expect(tested.some((text) => text.includes("exp_alerts: []"))).toBe(true);
  });
});

test("every panel of the dashboard says what it shows, in which unit", () => {
  expect(panels.length).toBeGreaterThan(20);
  for (const { title, description, fieldConfig } of panels) {
    expect(title).toMatch(/^[A-Z]/);
    expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
    expect([title, fieldConfig?.defaults.unit]).toEqual([title, expect.any(String)]);
  }
});
