import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type KubernetesObject, run } from "./cluster.ts";
import { figure } from "./figures.ts";
import { imageOf, type Service, services, stores } from "./images.ts";
import { useNamespace } from "./namespace.ts";
import { ports, useRelease } from "./release.ts";
import { letClientsIn, makeGoods, startClientPod } from "./writers.ts";

// What the shop takes of a cluster, against what the chart asks for.

const namespace = useNamespace("footprint");
const shop = useRelease(namespace);
const mebi = 2 ** 20;
/** What may be added to Node's image. */
const mostAddedMB = 90;

beforeAll(async () => {
  await shop.install(letClientsIn);
  await shop.ready(240_000);
}, 300_000);

async function podOf(service: Service): Promise<KubernetesObject> {
  const [pod] = await shop.podsOf(service);
  if (!pod) throw new Error(`${service} has no pod`);
  return pod;
}

/** The working set of each service in MiB, by which Kubernetes counts memory against limits, as its node tells. */
async function memory(): Promise<Record<string, number>> {
  const pods = await namespace.list("pods", "-l", shop.selector);
  const found: Record<string, number> = {};
  for (const node of new Set(pods.map(({ spec }) => spec.nodeName))) {
    const summary = JSON.parse(await run("kubectl", ["get", "--raw", `/api/v1/nodes/${node}/proxy/stats/summary`]));
    for (const { podRef, containers } of summary.pods)
      if (podRef.namespace === namespace.name)
        for (const { name, memory } of containers)
          if (memory?.workingSetBytes) found[name] = Math.round(memory.workingSetBytes / mebi);
  }
  return found;
}

const inMebi = (quantity: string): number => {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  return Number(number) * (unit === "Gi" ? 1024 : 1);
};

test("each pod is ready within what its startup probe allows", async () => {
  for (const service of services) {
    const { spec, status } = await podOf(service);
    const at = (type: string) =>
      Date.parse(status.conditions.find((one: { type: string }) => one.type === type).lastTransitionTime);
    const started = Date.parse(status.containerStatuses[0].state.running.startedAt);
    const seconds = (at("Ready") - started) / 1000;
    figure(
      `${service}: scheduled to ready, process started to ready`,
      `${(at("Ready") - at("PodScheduled")) / 1000} s, ${seconds} s`,
    );
    const { periodSeconds, failureThreshold } = spec.containers[0].startupProbe;
    expect(seconds).toBeLessThanOrEqual(periodSeconds * failureThreshold);
  }
});

test("memory: within the request at rest, and well within the limit while 32 buyers buy for 30 s", async () => {
  const resting = await memory();
  expect(Object.keys(resting).sort()).toEqual([...services].sort());

  const { sold: product } = await makeGoods(shop);
  const client = await startClientPod(shop);
  const urls = Object.fromEntries(stores.map((name) => [name, `http://${shop.name}-${name}:${ports[name]}`]));
  const script = readFileSync(new URL("in-pod/buyers.mjs", import.meta.url), "utf8");
  const config = { urls, product, price: 10, buyers: 32, seconds: 30 };
  let over = false;
  const buying = namespace.node(client, script, JSON.stringify(config)).finally(() => {
    over = true;
  });
  const peak = { ...resting };
  // A node renews what it tells every ten seconds or so: it is asked for a while after the end, too.
  for (let last = 0; last < 5; last += over ? 1 : 0) {
    const now = await memory();
    for (const service of services) peak[service] = Math.max(peak[service] ?? 0, now[service] ?? 0);
    await delay(3000);
  }
  const { failures, ...done } = JSON.parse(await buying);
  figure("answers in 30 s", JSON.stringify(done));
  expect(failures).toEqual({});

  for (const service of services) {
    const { spec, status } = await podOf(service);
    const { requests, limits } = spec.containers[0].resources;
    figure(
      `${service}: at rest, most under load, request, limit`,
      `${resting[service]} Mi, ${peak[service]} Mi, ${requests.memory}, ${limits.memory}`,
    );
    expect(resting[service]).toBeLessThanOrEqual(inMebi(requests.memory));
    expect(peak[service]).toBeLessThan(0.9 * inMebi(limits.memory));
    expect(status.containerStatuses[0].restartCount).toBe(0);
  }
});

const sizeOfApp = `
import { readdirSync, statSync } from "node:fs";
const files = readdirSync("/app", { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
console.log(files.reduce((sum, { parentPath, name }) => sum + statSync(parentPath + "/" + name).size, 0));
`;

test("an image adds little to Node's", async () => {
  const nodes = JSON.parse(await run("kubectl", ["get", "nodes", "-o", "json"])).items;
  const images: readonly { names?: string[] | null; sizeBytes: number }[] = nodes.flatMap(
    ({ status }: KubernetesObject) => status.images ?? [],
  );
  for (const service of services) {
    const image = images.find(({ names }) => names?.includes(imageOf(service)));
    const added = Number(await namespace.node(shop.workloadOf(service), sizeOfApp)) / 1e6;
    const whole = image ? `${(image.sizeBytes / 1e6).toFixed(1)} MB as the node tells` : "not told by the nodes";
    figure(`${service}: added to Node's image, whole image`, `${added.toFixed(1)} MB, ${whole}`);
    expect(added).toBeLessThan(mostAddedMB);
  }
});
