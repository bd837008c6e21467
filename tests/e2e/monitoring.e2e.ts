import { readFileSync } from "node:fs";
import { join } from "node:path";
import { alertsIn } from "../observability/rules.ts";
import { eventually } from "./client.ts";
import { root } from "./cluster.ts";
import { figure, secondsSince } from "./figures.ts";
import { services } from "./images.ts";
import { useNamespace } from "./namespace.ts";
import { startPrometheus } from "./prometheus.ts";
import { useRelease } from "./release.ts";

// Prometheus in the cluster, with the chart's own rules and their own times.

const namespace = useNamespace("monitoring");
const shop = useRelease(namespace);
const rules = readFileSync(join(root, "helm/shop/files/alerts.yaml"), "utf8");

let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
beforeAll(async () => {
  await shop.install({ metrics: { discovery: "annotations" } });
  await shop.ready(240_000);
  prometheus = await startPrometheus(namespace, rules);
}, 600_000);
afterAll(() => prometheus?.close());

interface Target {
  readonly health: string;
  readonly lastError: string;
  readonly scrapeUrl: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Alert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

const alerts = async (): Promise<readonly Alert[]> => (await prometheus.ask("alerts")).alerts;

test("every pod is a target exactly once, is up, and has the labels that rules and dashboard go by", async () => {
  const targets = await eventually(async () => {
    const { activeTargets }: { activeTargets: readonly Target[] } = await prometheus.ask("targets?state=active");
    expect(activeTargets.map(({ health, lastError }) => ({ health, lastError }))).toEqual(
      services.map(() => ({ health: "up", lastError: "" })),
    );
    return activeTargets;
  }, 120_000);
  const pods = (await Promise.all(services.map(shop.podsOf))).flat();
  expect(targets.map(({ labels }) => labels.pod).sort()).toEqual(pods.map(({ metadata }) => metadata.name).sort());
  for (const { labels, scrapeUrl } of targets) {
    expect(new URL(scrapeUrl)).toMatchObject({ port: "9090", pathname: "/metrics" });
    expect(labels).toMatchObject({
      namespace: namespace.name,
      app_kubernetes_io_name: "shop",
      app_kubernetes_io_instance: shop.name,
      app_kubernetes_io_component: expect.stringMatching(`^(${services.join("|")})$`),
    });
  }
  const { result } = await prometheus.ask(`query?query=${encodeURIComponent("up == 1")}`);
  expect(result).toHaveLength(services.length);
  figure("targets up", result.length);
});

test("every rule is evaluated without a fault, and none alerts of a shop at rest", async () => {
  const loaded = await eventually(async () => {
    const { groups } = await prometheus.ask("rules");
    const all: readonly { name: string; type: string; health: string; lastError?: string }[] = groups.flatMap(
      ({ rules }: { rules: [] }) => rules,
    );
    expect(all.filter(({ health }) => health !== "ok")).toEqual([]);
    return all;
  }, 120_000);
  const names = loaded.filter(({ type }) => type === "alerting").map(({ name }) => name);
  expect(names.sort()).toEqual(
    alertsIn(rules)
      .map(({ name }) => name)
      .sort(),
  );
  expect((await alerts()).filter(({ state }) => state === "firing")).toEqual([]);
  figure("rules loaded", `${loaded.length}, ${names.length} of them alerts`);
});

test("a service that is down is told, it alone, and the alert ends when it is back", async () => {
  const begin = performance.now();
  await namespace.kubectl("scale", shop.workloadOf("payment"), "--replicas=0");
  const firing = await eventually(async () => {
    const told = (await alerts()).filter(({ state }) => state === "firing");
    expect(told).not.toEqual([]);
    return told;
  }, 300_000);
  figure("service stopped to alert, of which it waits for 2 min", secondsSince(begin));
  expect(firing.map(({ labels }) => labels)).toEqual([
    expect.objectContaining({
      alertname: "ShopServiceDown",
      severity: "critical",
      namespace: namespace.name,
      app_kubernetes_io_instance: shop.name,
      app_kubernetes_io_component: "payment",
    }),
  ]);

  const again = performance.now();
  await namespace.kubectl("scale", shop.workloadOf("payment"), "--replicas=1");
  await eventually(async () => expect(await alerts()).toEqual([]), 180_000);
  figure("service started to alert resolved", secondsSince(again));
}, 600_000);
