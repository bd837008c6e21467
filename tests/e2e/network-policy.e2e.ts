import { eventually } from "./client.ts";
import { figure } from "./figures.ts";
import { services } from "./images.ts";
import { type Namespace, useNamespace } from "./namespace.ts";
import { node, nodePod } from "./node-pod.ts";
import { probe } from "./probe.ts";
import { useRelease, type Values } from "./release.ts";

// Who can open a connection to whom, tried from inside each pod: what `calls` and the values declare, and nothing else.
// Needs a network plugin that enforces policies.

interface Target {
  readonly name: string;
  readonly kind: "api" | "metrics" | "stranger";
  readonly address: string;
}

/** A pod, or one of a workload, that tries all targets, and which of them it must reach. */
interface Source {
  readonly name: string;
  readonly namespace: Namespace;
  readonly pod: string;
  readonly reaches: (target: Target) => boolean;
}

const here = useNamespace("network-policy");
const elsewhere = useNamespace("elsewhere");
const shop = useRelease(here);
const friend = { app: "friend" };
let targets: readonly Target[];
let sources: readonly Source[];

/** What runs beside the shop; it listens, so that it can be tried whether the shop's pods reach it. */
const beside = (name: string, labels: Record<string, string>) =>
  nodePod(name, { labels, command: node('import http from "node:http"; http.createServer().listen(8080);') });

beforeAll(async () => {
  await shop.install();
  const component = { "app.kubernetes.io/name": "shop", "app.kubernetes.io/instance": shop.name };
  await here.apply(
    beside("stranger", { app: "stranger" }),
    beside("friend", friend),
    beside("helm-test", { ...component, "app.kubernetes.io/component": "journey" }),
    beside("undeclared", { ...component, "app.kubernetes.io/component": "undeclared" }),
  );
  await elsewhere.apply(
    beside("stranger", { app: "stranger" }),
    beside("friend", friend),
    beside("prometheus", { "app.kubernetes.io/name": "prometheus" }),
  );
  await shop.ready(240_000);
  for (const namespace of [here, elsewhere])
    await namespace.kubectl("wait", "--for=condition=Ready", "pods", "--all", "--timeout=240s");
  targets = await findTargets();
  sources = await findSources();
});

/** The chart's values as they are in force. */
const valuesOf = async () => JSON.parse(await here.helm(["get", "values", shop.name, "--all", "-o", "json"]));

async function findTargets(): Promise<readonly Target[]> {
  const { services: declared, metrics } = await valuesOf();
  const ofServices = services.flatMap((service) => [
    { name: service, kind: "api" as const, port: declared[service].port },
    { name: service, kind: "metrics" as const, port: metrics.port },
  ]);
  const found = ofServices.map(async ({ name, kind, port }) => {
    const [pod] = await shop.podsOf(name);
    return { name, kind, address: `${pod?.status.podIP}:${port}` };
  });
  const { status } = await here.get("pod", "stranger");
  const stranger = { name: "stranger", kind: "stranger" as const, address: `${status.podIP}:8080` };
  return [...(await Promise.all(found)), stranger];
}

async function findSources(): Promise<readonly Source[]> {
  const { services: declared } = await valuesOf();
  const ofServices = services.map((service): Source => {
    const calls: readonly string[] = declared[service].calls ?? [];
    // No policy can keep a pod from itself.
    const reaches = ({ name, kind }: Target) => name === service || (kind === "api" && calls.includes(name));
    return { name: service, namespace: here, pod: shop.workloadOf(service), reaches };
  });
  const ofTheFour = { reaches: ({ name, kind }: Target) => kind === "api" && name !== "dashboard" };
  const only = (...kinds: Target["kind"][]) => ({ reaches: ({ kind }: Target) => kinds.includes(kind) });
  return [
    ...ofServices,
    { ...ofTheFour, name: "helm test", namespace: here, pod: "helm-test" },
    { name: "undeclared component", namespace: here, pod: "undeclared", ...only() },
    { name: "stranger here", namespace: here, pod: "stranger", ...only("stranger") },
    { name: "friend here", namespace: here, pod: "friend", ...only("stranger") },
    { name: "stranger elsewhere", namespace: elsewhere, pod: "stranger", ...only("stranger") },
    { name: "friend elsewhere", namespace: elsewhere, pod: "friend", ...only("stranger") },
    { name: "prometheus", namespace: elsewhere, pod: "prometheus", ...only("metrics", "stranger") },
  ];
}

const edge = (source: Source, target: Target) => `${source.name} -> ${target.name} ${target.kind}`;

function expected(all: readonly Source[]): Record<string, string> {
  const edges = all.flatMap((source) =>
    targets.map((target) => [edge(source, target), source.reaches(target) ? "open" : "timed out"]),
  );
  return Object.fromEntries(edges);
}

async function tried(all: readonly Source[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const source of all) {
    const states = await probe(
      source.namespace,
      source.pod,
      targets.map(({ address }) => address),
    );
    for (const target of targets) found[edge(source, target)] = states[target.address] ?? "";
  }
  return found;
}

test("from every pod, of this namespace and another, exactly the declared edges are open", async () => {
  // A policy may take a moment until it is in force for a new pod.
  await eventually(async () => expect(await tried(sources)).toEqual(expected(sources)));
  const states = Object.values(expected(sources));
  figure("edges tried", states.length);
  figure("of them open", states.filter((state) => state === "open").length);
});

const opened: Record<string, { values: Values; reaches: Source["reaches"] }> = {
  "allowFrom opens all APIs": {
    values: { networkPolicy: { allowFrom: [{ podSelector: { matchLabels: friend } }] } },
    reaches: ({ kind }) => kind !== "metrics",
  },
  "allowFrom of a service opens its API": {
    values: { services: { order: { allowFrom: [{ podSelector: { matchLabels: friend } }] } } },
    reaches: ({ name, kind }) => kind === "stranger" || (name === "order" && kind === "api"),
  },
  "allowFrom of the dashboard opens it, and no API behind it": {
    values: { services: { dashboard: { allowFrom: [{ podSelector: { matchLabels: friend } }] } } },
    reaches: ({ name, kind }) => kind === "stranger" || (name === "dashboard" && kind === "api"),
  },
};

test.each(Object.entries(opened))("%s, for whom it names in this namespace, and no metrics", async (_, opening) => {
  await shop.upgrade(opening.values);
  const changed = sources
    .filter(({ pod }) => pod === "friend")
    .map((source) => (source.namespace === here ? { ...source, reaches: opening.reaches } : source));
  await eventually(async () => expect(await tried(changed)).toEqual(expected(changed)));
});
