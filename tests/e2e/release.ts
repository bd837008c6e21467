import { type Answer, ask, type CallOptions, eventually } from "./client.ts";
import type { KubernetesObject } from "./cluster.ts";
import { createForwards, openForward } from "./forward.ts";
import { imageValues, ports, type Service, type Store } from "./images.ts";
import type { Namespace } from "./namespace.ts";

export { ports };

export type Values = Readonly<Record<string, unknown>>;

const cpu = process.env.E2E_CPU_REQUEST;

/** Images, which every release needs. What a test says of `image` or `defaults` replaces these. */
const baseValues: Values = {
  image: imageValues,
  ...(cpu ? { defaults: { resources: { requests: { cpu } } } } : {}),
};

export type Release = ReturnType<typeof useRelease>;

/**
 * A release of the chart in a namespace. Nothing is installed yet. Values are those of the tests' images and what a
 * call names: nothing is kept from the call before. `fullname` is what names begin with: the release's name unless its
 * values have a `fullnameOverride`.
 */
export function useRelease(namespace: Namespace, name = "shop", fullname = name) {
  const selector = `app.kubernetes.io/name=shop,app.kubernetes.io/instance=${fullname}`;
  const forwards = createForwards((service) =>
    openForward(namespace.name, `service/${fullname}-${service}`, ports[service as Service]),
  );
  const helm = (args: readonly string[], values?: Values): Promise<string> => {
    const input = values && JSON.stringify({ ...baseValues, ...values });
    return namespace.helm([...args, ...(input ? ["--values", "-"] : [])], input ? { input } : {});
  };
  afterAll(() => forwards.renew());

  /** Until each StatefulSet has the pods that it wants. */
  async function setsReady(withinMs: number): Promise<void> {
    const there = await namespace.list("statefulsets", "-l", selector);
    const isDone: Parameters<Namespace["watch"]>[1] = (all) =>
      there.every(({ metadata }) => isSettled(all.get(metadata.name)));
    const sets = await namespace.watch(["statefulsets", "-l", selector], isDone, withinMs);
    const wanted = [...sets.values()].filter(({ spec }) => spec.replicas > 0);
    const isUp = (pods: ReadonlyMap<string, KubernetesObject>) =>
      wanted.every(({ metadata, status }) => isReady(pods.get(`${metadata.name}-0`), status.updateRevision));
    await namespace.watch(["pods", "-l", selector], isUp, withinMs);
  }

  /** The same of Deployments, whose pods have no names to ask for: those that go away are gone, too. */
  const deploymentsReady = (withinMs: number): Promise<void> =>
    eventually(async () => {
      for (const deployment of await namespace.list("deployments", "-l", selector)) {
        const { name, labels = {} } = deployment.metadata;
        const pods = await podsOf(labels["app.kubernetes.io/component"] ?? "");
        if (!isSettled(deployment) || pods.length !== deployment.spec.replicas || !pods.every((pod) => isReady(pod)))
          throw new Error(`${name} has not the pods that it wants: ${JSON.stringify(deployment.status)}`);
      }
    }, withinMs);

  const podsOf = (component: string): Promise<readonly KubernetesObject[]> =>
    namespace.list("pods", "-l", `${selector},app.kubernetes.io/component=${component}`);

  const release = {
    name,
    namespace,
    selector,
    podOf: (store: Store): string => `${fullname}-${store}-0`,
    /** All pods of a service; those of the dashboard have names by chance. */
    podsOf: (service: Service): Promise<readonly KubernetesObject[]> => podsOf(service),
    /** What runs a service, as kubectl names it; `kubectl exec` finds a pod by it. */
    workloadOf: (service: Service): string =>
      `${service === "dashboard" ? "deployment" : "statefulset"}/${fullname}-${service}`,

    /** `helm install`; answers with the notes. It does not wait: `ready` does. */
    install: (values: Values = {}): Promise<string> => helm(["install", name, "helm/shop"], values),
    upgrade: (values: Values = {}): Promise<string> => helm(["upgrade", name, "helm/shop"], values),
    rollback: (revision?: number): Promise<string> => helm(["rollback", name, ...(revision ? [`${revision}`] : [])]),
    uninstall: (): Promise<string> => helm(["uninstall", name, "--wait"]),
    test: (): Promise<string> => helm(["test", name, "--logs"]),

    /** Until each workload has the pods that it wants, ready and made from its newest template. */
    async ready(withinMs = 120_000): Promise<void> {
      await Promise.all([setsReady(withinMs), deploymentsReady(withinMs)]);
      await forwards.renew();
    },

    /** The key that a caller presents: the first line of its entry in the Secret of the chart's or of make-keys.mjs. */
    async key(caller = "admin"): Promise<string> {
      const secrets = await namespace.list("secrets");
      const named = (wanted: string) => secrets.find(({ metadata }) => metadata.name === wanted);
      const { data } = named(`${fullname}-key-${caller}`) ?? named(`${fullname}-keys`) ?? {};
      return (
        Buffer.from(data?.[caller] ?? "", "base64")
          .toString()
          .split("\n")[0] ?? ""
      );
    },

    /** Where a service is on this machine, by `kubectl port-forward` from a free port. */
    url: (service: Service): Promise<string> => forwards.url(service),

    /** Asks a service through `kubectl port-forward`: `call("order", "GET /orders")`. Throws when there is no answer. */
    async call(service: Service, request: string, options: CallOptions = {}): Promise<Answer> {
      const [method = "", path = ""] = request.split(" ");
      const { caller = "admin" } = options;
      const key = options.key ?? (caller === null ? undefined : await release.key(caller));
      const url = await forwards.url(service);
      try {
        return await ask(url + path, method, key === undefined ? options : { ...options, key });
      } catch (error) {
        // Its pod may have gone away: the next call looks for the one that is there then.
        await forwards.drop(service);
        throw error;
      }
    },
  };
  return release;
}

const isSettled = (workload: KubernetesObject | undefined): boolean =>
  workload !== undefined &&
  workload.status.observedGeneration === workload.metadata.generation &&
  (workload.status.replicas ?? 0) === workload.spec.replicas &&
  (workload.status.updatedReplicas ?? 0) === workload.spec.replicas;

/** Whether the pod answers, is not going away, and is of that revision of its workload. */
export function isReady(pod: KubernetesObject | undefined, revision?: string): boolean {
  if (!pod || pod.metadata.deletionTimestamp) return false;
  if (revision && pod.metadata.labels?.["controller-revision-hash"] !== revision) return false;
  const conditions: readonly { type: string; status: string }[] = pod.status.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}
