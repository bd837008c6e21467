// `make tools`: gets the tools that check the chart, at their pinned versions; `make tools ARGS="helm skaffold"` some.
import { explain, refusal } from "./launcher/refusal.mjs";
import { findTool } from "./tools/find.mjs";
import { tools } from "./tools/versions.mjs";

const known = Object.keys(tools);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;

try {
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw refusal(`There is no tool ${unknown.join(", ")}. There are ${known.join(", ")}.`);
  // One after the other: each build keeps all cores busy.
  for (const name of wanted) console.log(`${name} ${tools[name].version}: ${await findTool(name)}`);
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
