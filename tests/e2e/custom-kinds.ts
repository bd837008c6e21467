import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./cluster.ts";

const folder = join(root, "scripts/check-chart/schemas/custom");

/** The kinds of other projects that the chart can make, as the schemas say by which its manifests are checked. */
function definitions() {
  return readdirSync(folder).map((file) => {
    const { apiVersion, kind } = JSON.parse(readFileSync(join(folder, file), "utf8")).properties;
    const [group, version]: string[] = apiVersion.const.split("/");
    const singular: string = kind.const.toLowerCase();
    const names = { kind: kind.const, singular, plural: `${singular}s` };
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: {
        name: `${names.plural}.${group}`,
        // Kubernetes' own groups are not let in without it.
        annotations: { "api-approved.kubernetes.io": "unapproved, for a test" },
      },
      spec: { group, names, scope: "Namespaced", versions: [{ name: version, served: true, storage: true, schema }] },
    };
  });
}

/** The cluster knows these kinds for the tests of a file, and afterwards no more than it did before. */
export function useCustomKinds(): void {
  const own: object[] = [];
  const withOwn = (...args: string[]) => run("kubectl", [...args, "-f", "-"], { input: listOf(own) });

  beforeAll(async () => {
    const there = (await run("kubectl", ["get", "customresourcedefinitions", "-o", "name"])).split("\n");
    const isThere = (name: string) => there.includes(`customresourcedefinition.apiextensions.k8s.io/${name}`);
    own.push(...definitions().filter(({ metadata }) => !isThere(metadata.name)));
    if (own.length === 0) return;
    await withOwn("create");
    await withOwn("wait", "--for=condition=Established", "--timeout=60s");
  });
  afterAll(async () => {
    if (own.length > 0) await withOwn("delete", "--ignore-not-found");
  });
}

const listOf = (items: readonly object[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });
