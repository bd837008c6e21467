import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { refusal } from "../launcher/refusal.mjs";
import { root } from "../tools/run.mjs";
import { documents, identity, render } from "./render.mjs";

const base = join(root, "k8s/base");
const head = "# Rendered from the chart by make manifests; not to be edited.\n";

/**
 * Renders the chart with the values of k8s/values.yaml into k8s/base, one file a kind. With `write: false` it changes
 * nothing, and refuses when what is there differs. Resolves to a line of figures.
 */
export async function manifests({ write }) {
  const files = await rendered();
  const have = await filesIn(base);
  const stale = [...have.keys()].filter((name) => !files.has(name));
  const changed = [...files.keys()].filter((name) => have.get(name) !== files.get(name));
  if (!write && stale.length + changed.length > 0)
    throw refusal(`${[...stale, ...changed].join(", ")}: not what the chart renders. Run make manifests.`);
  await mkdir(base, { recursive: true });
  for (const name of stale) await rm(join(base, name));
  for (const name of changed) await writeFile(join(base, name), files.get(name));
  return `${files.size} files, ${stale.length + changed.length} changed`;
}

async function rendered() {
  const output = await render(["--values", join(root, "k8s/values.yaml"), "--skip-tests"]);
  const files = new Map();
  const objects = documents(output).map((document) => ({ ...identity(document), document: asPlain(document) }));
  for (const { kind, document } of objects.sort(byKindAndName)) {
    const file = `${kind.toLowerCase()}.yaml`;
    files.set(file, files.has(file) ? `${files.get(file)}---\n${document}` : head + document);
  }
  const resources = [...files.keys()].map((file) => `  - ${file}\n`).join("");
  const list = `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources}`;
  return files.set("kustomization.yaml", head + list);
}

/** Helm does not manage what kubectl applies. */
function asPlain(document) {
  return document.replace(/^ +(helm\.sh\/chart: .*|app\.kubernetes\.io\/managed-by: Helm)\n/gm, "");
}

function byKindAndName(one, other) {
  return one.kind.localeCompare(other.kind, "en") || one.name.localeCompare(other.name, "en");
}

async function filesIn(folder) {
  const names = await readdir(folder).catch(() => []); // there is none before the first time
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")])));
}
