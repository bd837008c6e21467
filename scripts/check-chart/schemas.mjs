import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("schemas", import.meta.url));

/**
 * Writes the schemas of all kinds into a folder, one file a kind, as kubeconform looks for them. Kubernetes' own kinds
 * share their definitions in one file of this repository; the custom ones have a file each.
 */
export async function writeSchemas(folder) {
  await cp(join(source, "custom"), folder, { recursive: true });
  const { kinds, definitions } = JSON.parse(await readFile(join(source, "kubernetes.json"), "utf8"));
  for (const [name, definition] of Object.entries(kinds))
    await writeFile(
      join(folder, `${name}.json`),
      JSON.stringify({ $ref: `#/definitions/${definition}`, definitions: { ...definitions } }),
    );
}

/** The name of a kind's schema as kubeconform fills it in, for instance `statefulset-apps-v1` or `service-v1-v1`. */
export const schemaName = "{{.ResourceKind}}-{{.Group}}-{{.ResourceAPIVersion}}.json";
