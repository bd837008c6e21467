import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../tools/run.mjs";
import { chart, documents, identity, render, variants } from "./render.mjs";

const tests = join(chart, "tests/alerts");

/** The alerts as the chart renders them are valid, and each fires and keeps quiet as its test says. */
export async function rules() {
  const rendered = documents(await render(variants.everything)).find(
    (each) => identity(each).kind === "PrometheusRule",
  );
  const folder = await mkdtemp(join(tmpdir(), "shop-rules-"));
  try {
    const file = join(folder, "rules.yaml");
    const [, groups] = rendered.split(/^spec:\n/m);
    await writeFile(file, groups.replace(/^ {2}/gm, ""));
    const checked = await run("promtool", ["check", "rules", "--lint=all", "--lint-fatal", file]);
    const files = (await readdir(tests)).filter((name) => name.endsWith(".yaml")).map((name) => join(tests, name));
    await run("promtool", ["test", "rules", ...files]);
    return `${/(\d+) rules found/.exec(checked)?.[1]} rules, ${files.length} files of tests`;
  } finally {
    await rm(folder, { recursive: true });
  }
}
