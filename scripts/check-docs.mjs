// Part of `make check`: in every Markdown file, relative links lead to files, and each `make X` and `npm run X` exists,
// and no piece of a command has strayed into a sentence.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const targets = new Set(readFileSync(join(root, "Makefile"), "utf8").match(/^[a-z0-9-]+(?=:)/gm));
const npmScripts = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts;
const skipped = new Set(["node_modules", "dist", "data", "coverage"]);

const files = markdownIn(root);
const faults = files.flatMap((file) => {
  const text = readFileSync(file, "utf8");
  return [...brokenLinks(file, text), ...unknownCommands(text), ...strayOptions(text)].map(
    (fault) => `${relative(root, file)}: ${fault}`,
  );
});
for (const fault of faults) console.error(fault);
console.log(`${files.length} Markdown files, ${faults.length} faults.`);
if (faults.length > 0) process.exitCode = 1;

function markdownIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name) || entry.name.startsWith(".git")) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownIn(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** `[text](path#fragment)` whose path is not there; addresses with a scheme are not asked. */
function brokenLinks(file, text) {
  const paths = [...text.replace(/```[\s\S]*?```/g, "").matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map((match) => match[1]);
  return paths
    .filter((path) => !/^[a-z]+:/.test(path) && !existsSync(join(dirname(file), decodeURIComponent(path))))
    .map((path) => `the link to ${path} leads nowhere`);
}

/** Commands are looked for in code alone: prose may make sense. */
function unknownCommands(text) {
  const code = [...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)]
    .map((match) => match[0].replace(/^\s*#.*$/gm, ""))
    .join("\n");
  const named = (pattern) => [...code.matchAll(pattern)].map((match) => match[1]);
  return [
    ...named(/(?:^|[`;&|] *|[A-Z_]+=\S+ )make ([a-z0-9-]+)/gm)
      .filter((name) => !targets.has(name))
      .map((name) => `there is no make ${name}`),
    ...named(/npm run ([a-z:-]+)/g)
      .filter((name) => !(name in npmScripts))
      .map((name) => `there is no npm run ${name}`),
  ];
}

/** An option of curl outside of code: a sentence that a search-and-replace has damaged. */
function strayOptions(text) {
  const prose = text.replace(/```[\s\S]*?```|`[^`\n]+`/g, "");
  return prose
    .split("\n")
    .flatMap((line) => (line.includes(' -H "') ? [`a piece of a command in the sentence: ${line}`] : []));
}
