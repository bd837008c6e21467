import { run } from "../tools/run.mjs";
import { chart } from "./render.mjs";

/** Runs helm/shop/tests; refuses when one fails, or there is none. */
export async function unitTests() {
  const output = await run("helm-unittest", ["--strict", chart]);
  const [, passed] = /^Tests:\s+(?:.*, )?(\d+) passed/m.exec(output) ?? [];
  if (!passed || passed === "0") throw new Error(`no test ran:\n${output}`);
  return `${passed} passed`;
}
