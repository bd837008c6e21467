// Plain, old syntax on purpose: this file must load in a Node that is too old for the rest.
import { readFileSync } from "node:fs";

/** Ends the process with one clear line when Node is older than `engines.node` of package.json (`>=major.minor`). */
export function requireNode() {
  const wanted = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).engines.node;
  const least = wanted.match(/\d+/g).map(Number);
  const have = process.versions.node.split(".").map(Number);
  if (have[0] > least[0] || (have[0] === least[0] && have[1] >= least[1])) return;
  console.error(
    "Shop needs Node " +
      least.join(".") +
      " or newer; this is Node " +
      process.versions.node +
      ". See https://nodejs.org.",
  );
  process.exit(1);
}
