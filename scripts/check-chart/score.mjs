import { readFile } from "node:fs/promises";
import { refusal } from "../launcher/refusal.mjs";
import { run } from "../tools/run.mjs";
import { minors, render, variants } from "./render.mjs";

const passed = 10;

/** kube-score has no complaint but those of waivers.json, where each has its reason and is still needed. */
export async function scores() {
  const waivers = JSON.parse(await readFile(new URL("waivers.json", import.meta.url), "utf8"));
  const used = new Set();
  const faults = [];
  for (const [variant, args] of Object.entries(variants))
    for (const complaint of await complaints(await render(args))) {
      const waiver = waivers.find((each) => covers(each, complaint));
      if (waiver) used.add(waiver);
      else faults.push(`${variant}: ${complaint.object}: ${complaint.check}: ${complaint.summary}`);
    }
  for (const { check, objects } of waivers.filter((each) => !used.has(each)))
    faults.push(`the waiver of ${check} for ${objects} is not needed any more`);
  if (faults.length > 0) throw refusal(faults.join("\n"));
  return `${waivers.length} waivers`;
}

const covers = ({ check, objects, says }, complaint) =>
  check === complaint.check && new RegExp(`^${objects}$`).test(complaint.object) && complaint.summary.includes(says);

/** What kube-score finds wrong, one by one: `object` is `<kind>/<name>`. */
async function complaints(manifests) {
  const version = ["--kubernetes-version", `v1.${minors.at(-1)}`];
  const args = ["score", "--output-format", "json", "--disable-ignore-checks-annotations", ...version, "-"];
  const objects = JSON.parse(await run("kube-score", args, { input: manifests, codes: [0, 1] }));
  return objects.flatMap(({ type_meta, object_meta, checks }) =>
    (checks ?? [])
      .filter(({ grade, skipped }) => !skipped && grade < passed)
      .flatMap(({ check, comments }) =>
        (comments?.length ? comments : [{ summary: check.comment }]).map(({ path, summary }) => ({
          object: `${type_meta.kind}/${object_meta.name}`,
          check: check.id,
          summary: [path, summary].filter(Boolean).join(" "),
        })),
      ),
  );
}
