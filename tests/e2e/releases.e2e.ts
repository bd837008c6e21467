import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./cluster.ts";
import { useCustomKinds } from "./custom-kinds.ts";
import { everyOption } from "./every-option.ts";
import { figure, secondsSince } from "./figures.ts";
import { imageValues, services } from "./images.ts";
import { useNamespace } from "./namespace.ts";
import { probe } from "./probe.ts";
import { ports, useRelease } from "./release.ts";

const readyMs = 300_000;
const slow = 900_000;

describe("two releases in one namespace", () => {
  const namespace = useNamespace("two-releases");
  const [north, south] = [useRelease(namespace, "north"), useRelease(namespace, "south")];

  test(
    "are both ready, and each works by itself",
    async () => {
      const begin = performance.now();
      for (const shop of [north, south]) await shop.install();
      for (const shop of [north, south]) await shop.ready(readyMs);
      figure("both installed and ready", secondsSince(begin));
      for (const shop of [north, south]) expect(await shop.test()).toMatch(/Phase:\s+Succeeded/);
    },
    slow,
  );

  test(
    "have nothing in common: not the keys, the data or the network",
    async () => {
      const key = await north.key();
      expect(await south.call("catalog", "GET /products", { key })).toMatchObject({ status: 401 });

      const body = { sku: "north", name: "North", description: "", price: 1, stock: 1 };
      expect(await north.call("catalog", "POST /products", { body })).toMatchObject({ status: 201 });
      expect((await south.call("catalog", "GET /products?q=north")).body).toEqual([]);

      const addresses = services.map((service) => `${south.name}-${service}:${ports[service]}`);
      for (const service of services) {
        const found = await probe(namespace, north.workloadOf(service), addresses);
        expect(Object.values(found)).toEqual(services.map(() => "timed out"));
      }
    },
    slow,
  );

  test(
    "one goes, and the other stays as it is",
    async () => {
      await north.uninstall();
      expect(await south.test()).toMatch(/Phase:\s+Succeeded/);
    },
    slow,
  );
});

describe("the chart as a part of another", () => {
  const namespace = useNamespace("subchart");
  const shop = useRelease(namespace, "store");
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "shop-parent-"));
    writeParent(folder);
    await run("helm", ["dependency", "update", folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** `global` has the images' registry, and goes before the chart's own. */
  const valuesWith = (enabled: boolean) => ({
    global: { imageRegistry: imageValues.registry },
    shop: { enabled, image: { ...imageValues, registry: "registry.invalid" } },
  });
  const upgrade = (enabled: boolean) =>
    namespace.helm(["upgrade", "--install", shop.name, folder, "--values", "-"], {
      input: JSON.stringify(valuesWith(enabled)),
    });
  const sources = async () => (await namespace.helm(["get", "manifest", shop.name])).match(/^# Source: .*/gm) ?? [];

  test(
    "nothing of it is installed while its condition is false",
    async () => {
      await upgrade(false);
      expect(await sources()).toEqual(["# Source: store/templates/store.yaml"]);
    },
    slow,
  );

  test(
    "enabled it is ready, with the images of the parent's registry, and works",
    async () => {
      await upgrade(true);
      await shop.ready(readyMs);
      expect(await shop.test()).toMatch(/Phase:\s+Succeeded/);
    },
    slow,
  );

  test(
    "disabled and enabled again it has its keys and its data",
    async () => {
      const key = await shop.key();
      const body = { sku: "kept", name: "Kept", description: "", price: 1, stock: 1 };
      expect(await shop.call("catalog", "POST /products", { body })).toMatchObject({ status: 201 });
      await upgrade(false);
      // That of helm test stays for its log.
      const services = `${shop.selector},app.kubernetes.io/component!=journey`;
      await namespace.kubectl("wait", "--for=delete", "pods", "-l", services, "--timeout=180s");
      await upgrade(true);
      await shop.ready(readyMs);
      expect(await shop.call("catalog", "GET /products?q=kept", { key })).toMatchObject({ body: [{ sku: "kept" }] });
    },
    slow,
  );
});

/** A chart of a user's own, with the shop and one object beside it. */
function writeParent(folder: string): void {
  const dependency = {
    name: "shop",
    version: ">=0.0.0-0",
    repository: `file://${root}helm/shop`,
    condition: "shop.enabled",
  };
  const chart = { apiVersion: "v2", name: "store", version: "1.0.0", dependencies: [dependency] };
  const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "store" }, data: { theme: "plain" } };
  writeFileSync(join(folder, "Chart.yaml"), JSON.stringify(chart));
  writeFileSync(join(folder, "values.yaml"), JSON.stringify({ shop: { enabled: true } }));
  mkdirSync(join(folder, "templates"));
  writeFileSync(join(folder, "templates", "store.yaml"), JSON.stringify(settings));
}

describe("every option", () => {
  const namespace = useNamespace("every-option");
  const shop = useRelease(namespace, "shop", "bazaar");
  const option = everyOption(namespace);
  useCustomKinds();

  test(
    "is on in one release: it is ready and works, with a payment provider of its own",
    async () => {
      const keys = await run(process.execPath, ["scripts/make-keys.mjs", ...option.callers]);
      await namespace.apply(JSON.parse(keys), option.priorityClass);
      const begin = performance.now();
      const values = ["--values", "helm/shop/ci/everything-values.yaml", "--values", "-"];
      await namespace.helm(["install", shop.name, "helm/shop", ...values], { input: JSON.stringify(option.values) });
      await shop.ready(readyMs);
      figure("helm install to ready", secondsSince(begin));
      expect(await shop.test()).toMatch(/Phase:\s+Succeeded/);
    },
    slow,
  );

  test("makes the objects of other projects' kinds", async () => {
    const kinds = "servicemonitors,prometheusrules,httproutes,ingresses,cronjobs";
    const names = (await namespace.kubectl("get", kinds, "-o", "name")).split("\n");
    expect(names.filter(Boolean).map((name) => name.split("/")[1])).toEqual(
      expect.arrayContaining(["bazaar-metrics", "bazaar-alerts", "bazaar-orders.example.com", "bazaar-backup"]),
    );
  });
});
