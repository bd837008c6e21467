import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { refusal } from "../launcher/refusal.mjs";
import { root } from "../tools/run.mjs";

const read = (file) => readFile(join(root, file), "utf8");

/**
 * Each overlay of k8s/ that renames images renames all of k8s/base, and a version is the same wherever it stands: in
 * package.json, in the chart, in the tags of k8s/base and, where an overlay names a version, there. Resolves to a line of figures.
 */
export async function overlays() {
  const { version } = JSON.parse(await read("package.json"));
  const problems = await otherVersions(version);
  const workloads = await Promise.all(["statefulset", "deployment"].map((kind) => read(`k8s/base/${kind}.yaml`)));
  const images = workloads.flatMap(imagesIn);
  const names = await readdir(join(root, "k8s/overlays"));
  for (const name of names) {
    const file = `k8s/overlays/${name}/kustomization.yaml`;
    const renamed = renamesIn(await read(file));
    if (renamed.size > 0)
      for (const [image] of images) if (!renamed.has(image)) problems.push(`${file} does not rename ${image}`);
    for (const [image, tag] of renamed) {
      if (!images.some(([known]) => known === image)) problems.push(`${file} renames ${image}, which k8s/base lacks`);
      if (/^\d/.test(tag) && tag !== version) problems.push(`${file}: the tag of ${image} is ${tag}, not ${version}`);
    }
  }
  for (const [image, tag] of images) if (tag !== version) problems.push(`k8s/base: ${image} is ${tag}, not ${version}`);
  if (images.length === 0) problems.push("k8s/base names no image");
  if (problems.length > 0) throw refusal(problems.join("\n"));
  return `${names.length} overlays, ${images.length} images, version ${version}`;
}

async function otherVersions(version) {
  const chart = await read("helm/shop/Chart.yaml");
  return ["version", "appVersion"].flatMap((key) => {
    const [, found] = new RegExp(`^${key}: "?([^"\\s]+)"?$`, "m").exec(chart) ?? [];
    return found === version
      ? []
      : [`helm/shop/Chart.yaml: ${key} is ${found}, and that of package.json is ${version}`];
  });
}

/** Name and tag of each container's image. */
function imagesIn(manifest) {
  return [...manifest.matchAll(/^ +image: "?(\S+):([^\s:"]+)"?$/gm)].map(([, image, tag]) => [image, tag]);
}

/** The tags of what an overlay renames, by the name in the base. */
function renamesIn(overlay) {
  const lines = overlay.matchAll(/^ {2}- \{ name: (\S+), (?:newName: \S+, )?newTag: (\S+) \}$/gm);
  return new Map([...lines].map(([, image, tag]) => [image, tag]));
}
