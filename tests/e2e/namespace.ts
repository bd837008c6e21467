import { randomBytes } from "node:crypto";
import { type KubernetesObject, type RunOptions, run, watch } from "./cluster.ts";

/** All namespaces of one run carry it, so that none is left behind. `make e2e` sets it. */
export const runLabel = `shop-e2e=${process.env.E2E_RUN ?? "by-hand"}`;

export interface Namespace {
  readonly name: string;
  kubectl(...args: string[]): Promise<string>;
  /** `kubectl apply` of objects, as JSON. */
  apply(...objects: object[]): Promise<void>;
  /** `kubectl get <args> -o json`: one object. */
  get(...args: string[]): Promise<KubernetesObject>;
  /** The same of a kind or a selector. */
  list(...args: string[]): Promise<readonly KubernetesObject[]>;
  /** Follows objects until they are as awaited; see cluster.ts. */
  watch(
    args: readonly string[],
    isSo: (objects: ReadonlyMap<string, KubernetesObject>) => boolean,
    withinMs?: number,
  ): ReturnType<typeof watch>;
  helm(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Runs a script by Node in a pod, or one of a workload, for no image has a shell's tools; answers with what it prints. */
  node(pod: string, script: string, ...args: string[]): Promise<string>;
}

/**
 * A namespace of its own, which enforces the restricted Pod Security Standard, for the tests of a file or a `describe`:
 * it is made before them and removed after them, with all that is in it. E2E_KEEP=1 leaves it for a look.
 */
export function useNamespace(what: string): Namespace {
  const name = `shop-e2e-${what}-${randomBytes(3).toString("hex")}`;
  const within = ["--namespace", name];
  const kubectl = (...args: string[]) => run("kubectl", [...within, ...args]);

  beforeAll(async () => {
    await run("kubectl", ["create", "namespace", name]);
    await run("kubectl", ["label", "namespace", name, runLabel, "pod-security.kubernetes.io/enforce=restricted"]);
  });
  afterAll(async () => {
    if (process.env.E2E_KEEP !== "1") await run("kubectl", ["delete", "namespace", name, "--ignore-not-found"]);
  });

  /** For the error that tells what took too long. */
  async function describe(): Promise<string> {
    const events = ["get", "events", "--sort-by=.lastTimestamp", "--field-selector=type!=Normal"];
    const logs = ["logs", "--selector=app.kubernetes.io/name=shop", "--prefix", "--tail=5"];
    const told = await Promise.allSettled(
      [["get", "pods", "-o", "wide"], events, logs].map((args) => kubectl(...args)),
    );
    return told.map((one) => (one.status === "fulfilled" ? one.value : String(one.reason))).join("\n");
  }

  return {
    name,
    kubectl,
    async apply(...objects) {
      const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      await run("kubectl", [...within, "apply", "-f", "-"], { input });
    },
    get: async (...args) => JSON.parse(await kubectl("get", ...args, "-o", "json")),
    list: async (...args) => JSON.parse(await kubectl("get", ...args, "-o", "json")).items,
    watch: (args, isSo, withinMs = 120_000) => watch([...within, ...args], isSo, { withinMs, describe }),
    helm: (args, options) => run("helm", [...within, ...args], options),
    node: (pod, script, ...args) =>
      kubectl("exec", pod, "--", "node", "--input-type=module", "--eval", script, "--", ...args),
  };
}
