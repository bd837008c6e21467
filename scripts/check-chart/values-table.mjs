import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { refusal } from "../launcher/refusal.mjs";
import { run } from "../tools/run.mjs";
import { chart } from "./render.mjs";

const options = ["--dry-run", "--sort-values-order", "file", "--log-level", "warning"];

/**
 * Makes the chart's README.md of its README.md.gotmpl and the comments in values.yaml; every value must have one. With
 * `write: false` it changes nothing, and refuses when the README differs. Resolves to a line of figures.
 */
export async function valuesTable({ write }) {
  const wanted = `${(await run("helm-docs", ["--chart-search-root", chart, ...options])).trim()}\n`;
  const rows = [...wanted.matchAll(/^\| ([a-z]\S*) \| .* \| (.*) \|$/gm)];
  if (rows.length === 0) throw refusal("helm-docs found no values in helm/shop.");
  const bare = rows.filter(([, , description]) => description === "").map(([, key]) => key);
  if (bare.length > 0) throw refusal(`values.yaml: no comment that begins with # -- above ${bare.join(", ")}.`);

  const file = join(chart, "README.md");
  const have = await readFile(file, "utf8").catch(() => ""); // there is none before the first time
  if (!write && wanted !== have) throw refusal("helm/shop/README.md: not what values.yaml says. Run make manifests.");
  if (wanted !== have) await writeFile(file, wanted);
  return `${rows.length} values`;
}
