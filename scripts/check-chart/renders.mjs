import { refusal } from "../launcher/refusal.mjs";
import { run } from "../tools/run.mjs";
import { chart, documents, minors, render, variants } from "./render.mjs";

/** Helm's own opinion of the chart, with every variant of its values. */
export async function lint() {
  for (const args of Object.values(variants))
    await run("helm", ["lint", chart, "--strict", "--quiet", "--kube-version", `1.${minors.at(-1)}.0`, ...args]);
  return `${Object.keys(variants).length} variants`;
}

/** Renders every variant for every Kubernetes, twice: an upgrade that changes nothing must change nothing. */
export async function rendersAlike() {
  for (const minor of minors)
    for (const [name, args] of Object.entries(variants)) {
      const [first, second] = await Promise.all([render(args, { minor }), render(args, { minor })]);
      if (first !== second)
        throw refusal(`${name}, Kubernetes 1.${minor}: two runs differ.\n${difference(first, second)}`);
      const untidy = first.split("\n").findIndex((line) => /\s$/.test(line));
      if (untidy !== -1)
        throw refusal(`${name}: blanks at the end of line ${untidy + 1}: ${first.split("\n")[untidy]}`);
    }
  return `${Object.keys(variants).length} variants for Kubernetes 1.${minors[0]} to 1.${minors.at(-1)}`;
}

/** Helm 4 makes the same objects of the chart; their order is its own. */
export async function rendersAlikeInHelm4() {
  for (const [name, args] of Object.entries(variants)) {
    const [three, four] = await Promise.all(
      ["helm", "helm4"].map(async (helm) =>
        documents(await render(args, { helm }))
          .sort()
          .join("---\n"),
      ),
    );
    if (three !== four) throw refusal(`${name}: Helm 3 and Helm 4 differ.\n${difference(three, four)}`);
  }
  return `${Object.keys(variants).length} variants`;
}

function difference(one, other) {
  const [ours, theirs] = [one.split("\n"), other.split("\n")];
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  return `line ${at + 1}:\n- ${ours[at]}\n+ ${theirs[at]}`;
}
