import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "@shop/platform/testing";
import { eventually } from "./client.ts";
import { root, run } from "./cluster.ts";
import { figure, secondsSince } from "./figures.ts";
import { services, stores } from "./images.ts";
import { type Namespace, useNamespace } from "./namespace.ts";
import { type Release, useRelease } from "./release.ts";
import { copyOfCheckout, skaffold, skaffoldDev } from "./skaffold.ts";

// The ways to the cluster other than helm lead to the same shop.

/** The journey of `helm test`, from this machine. */
async function journey(shop: Release): Promise<string> {
  const env: Record<string, string> = { API_KEY: await shop.key() };
  for (const service of stores) env[`${service.toUpperCase()}_URL`] = await shop.url(service);
  return run(process.execPath, ["helm/shop/files/journey.mjs"], { env });
}

/** The page, and what is behind it. */
async function expectDashboard(shop: Release): Promise<void> {
  const page = await shop.call("dashboard", "GET /", { caller: null });
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining("<script") });
  expect(await shop.call("dashboard", "GET /api/catalog/products")).toMatchObject({ status: 200 });
}

const workloads = "statefulsets,deployments";

/** The keys of a shop that is not installed by helm, by the command that is printed in k8s/overlays. */
async function makeKeys({ name }: Namespace): Promise<void> {
  const input = await run(process.execPath, ["scripts/make-keys.mjs"]);
  await run("kubectl", ["create", "--namespace", name, "-f", "-"], { input });
}

const lastStep = /^ok .* the order tells its story$/m;

describe("kubectl apply -k k8s/overlays/kind", () => {
  const namespace = useNamespace("apply");
  const shop = useRelease(namespace);

  test("the shop is ready, has its sample products, and the journey succeeds", async () => {
    await makeKeys(namespace);
    const begin = performance.now();
    await namespace.kubectl("apply", "-k", "k8s/overlays/kind");
    await shop.ready(240_000);
    figure("kubectl apply to ready", secondsSince(begin));
    expect((await shop.call("catalog", "GET /products")).body).toHaveLength(3);
    expect(await journey(shop)).toMatch(lastStep);
    await expectDashboard(shop);
  });

  test("a second apply restarts nothing", async () => {
    const generations = async () =>
      (await namespace.list(workloads)).map(({ metadata }) => [metadata.name, metadata.generation]);
    const before = await generations();
    await namespace.kubectl("apply", "-k", "k8s/overlays/kind");
    expect(await generations()).toEqual(before);
    expect(before).toHaveLength(services.length);
  });
});

describe.each([
  { of: "the chart", profiles: [] },
  { of: "k8s/", profiles: ["raw"] },
])("skaffold run, of $of", ({ profiles }) => {
  const namespace = useNamespace("skaffold");
  const shop = useRelease(namespace);

  test("builds, installs, and skaffold verify goes through a purchase", async () => {
    if (profiles.includes("raw")) await makeKeys(namespace);
    let begin = performance.now();
    await skaffold(namespace, root, ["run"], profiles);
    figure("skaffold run", secondsSince(begin));
    await shop.ready();
    expect(await journey(shop)).toMatch(lastStep);
    await expectDashboard(shop);

    const images = join(temporaryFolder(), "images.json");
    await skaffold(namespace, root, ["build", `--file-output=${images}`], profiles);
    begin = performance.now();
    const verified = await skaffold(namespace, root, ["verify", `--build-artifacts=${images}`], profiles);
    expect(verified).toMatch(/ok .* the order tells its story/);
    figure("skaffold verify", secondsSince(begin));
  }, 1_800_000);

  test("skaffold delete keeps keys and data", async () => {
    await skaffold(namespace, root, ["delete"], profiles);
    expect(await namespace.list(workloads)).toEqual([]);
    expect(await namespace.list("persistentvolumeclaims")).toHaveLength(stores.length);
    expect(await shop.key()).not.toBe("");
  });
});

describe("skaffold dev", () => {
  const namespace = useNamespace("skaffold-dev");
  const shop = useRelease(namespace);
  const file = "services/catalog/src/product-routes.ts";
  const line = "The products, filtered and sorted, a page at a time";
  let checkout: string;
  let dev: Awaited<ReturnType<typeof skaffoldDev>> | undefined;
  afterAll(() => dev?.stop(), 300_000);

  const summary = async (): Promise<string> => {
    const { body } = await shop.call("catalog", "GET /openapi.json", { caller: null });
    return body.paths["/products"].get.summary;
  };

  test("the shop runs from its sources", async () => {
    checkout = await copyOfCheckout();
    const begin = performance.now();
    dev = await skaffoldDev(namespace, checkout);
    figure("skaffold dev to watching", secondsSince(begin));
    await shop.ready();
    expect(await journey(shop)).toMatch(lastStep);
    await expectDashboard(shop);
  }, 1_800_000);

  test("a line that is edited is live in less than 5 s, each time", async () => {
    const source = readFileSync(join(checkout, file), "utf8");
    expect(await summary()).toBe(line);
    const before = await namespace.get("pod", shop.podOf("catalog"));
    for (const edited of ["One line", "Another line", "A third line"]) {
      const begin = performance.now();
      writeFileSync(join(checkout, file), source.replace(line, edited));
      await eventually(async () => expect(await summary()).toBe(edited), 60_000);
      figure("an edit is live after", secondsSince(begin));
      expect(performance.now() - begin).toBeLessThan(5_000);
    }
    const after = await namespace.get("pod", shop.podOf("catalog"));
    expect(after.metadata.uid).toBe(before.metadata.uid);
  });

  test("Ctrl-C ends it and takes the shop away", async () => {
    expect(await dev?.stop()).toBe(0);
    dev = undefined;
    expect(await namespace.list(workloads)).toEqual([]);
  });
});
