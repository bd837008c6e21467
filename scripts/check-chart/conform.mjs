import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refusal } from "../launcher/refusal.mjs";
import { root, run } from "../tools/run.mjs";
import { minors, render, variants } from "./render.mjs";
import { schemaName, writeSchemas } from "./schemas.mjs";

const overlays = "k8s/overlays";

/** Every field of every object that the chart and the overlays make is one that Kubernetes knows, and of its type. */
export async function conforms() {
  const schemas = await mkdtemp(join(tmpdir(), "shop-schemas-"));
  try {
    await writeSchemas(schemas);
    let objects = 0;
    for (const [name, args] of Object.entries(variants)) {
      const renders = await Promise.all(minors.map((minor) => render(args, { minor })));
      for (const manifests of new Set(renders)) objects += await conform(name, manifests, schemas); // mostly the same
    }
    for (const name of await readdir(join(root, overlays)))
      objects += await conform(name, await run("kustomize", ["build", `${overlays}/${name}`]), schemas);
    return `${objects} objects, 0 skipped`;
  } finally {
    await rm(schemas, { recursive: true });
  }
}

async function conform(name, manifests, schemas) {
  const args = ["-strict", "-summary", "-output", "json", "-schema-location", join(schemas, schemaName)];
  const { resources = [], summary } = JSON.parse(await run("kubeconform", args, { input: manifests, codes: [0, 1] }));
  const faults = resources.map(({ kind, name, msg }) => `${kind} ${name}: ${msg}`);
  if (summary.invalid + summary.errors + summary.skipped > 0) throw refusal(`${name}:\n${faults.join("\n")}`);
  if (summary.valid === 0) throw refusal(`${name}: nothing was rendered.`);
  return summary.valid;
}
